"""A Lambda function in Python that does nothing: it makes boto3's clients for the services named, then polls."""

import os
import sys
from http.client import HTTPConnection

import boto3

clients = [boto3.client(service) for service in sys.argv[1:]]
runtime = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
runtime.request("GET", "/2018-06-01/runtime/invocation/next")
runtime.getresponse()
