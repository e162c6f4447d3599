"""The local cloud's emulator: ministack, with what an EC2 instance does made real.

Part of this package is written after the MIT-licensed ministack and calls its private
functions; its notice stands in `NOTICE` beside this file.
"""
