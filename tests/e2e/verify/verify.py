"""Reads messages, one JSON object a line, and says how many hold and how many do not, by the official library."""

import base64
import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def holds(told, body, secret):
    try:
        Webhook(secret).verify(body, told)
        return True
    except WebhookVerificationError:
        return False


counts = {True: 0, False: 0}
for line in sys.stdin:
    told = json.loads(line)
    body = base64.b64decode(told["body"])
    for name, expected in [("accept", True), ("refuse", False)]:
        for secret in told[name]:
            counts[holds(told, body, secret) == expected] += 1
print(counts[True], counts[False])
