"""Step Functions: executes state machines written in JSONata.

It takes the place of ministack's interpreter, because stopping, timing out, child executions of a
Map and the size limit have to behave as on AWS, and a Map's siblings have to end at once.
"""
