# Runs Autobahn's fuzzing client with the specification in the file that is named.
import json
import sys

from autobahntestsuite import wstest

with open(sys.argv[1]) as file:
    specification = json.load(file)
wstest.start({'mode': 'fuzzingclient'}, specification)
