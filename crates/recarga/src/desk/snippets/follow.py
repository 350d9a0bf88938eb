import json
import os
import time
from urllib.request import Request, urlopen

# INVOICE is the id that buying answered. Complete means that every order has ended, well or not.
request = Request(
    f"BASE_URL/invoices/{os.environ['INVOICE']}",
    headers={"Authorization": f"Bearer {os.environ['KEY']}"},
)
answer = json.load(urlopen(request))
while answer["data"]["status"] != "complete":
    time.sleep(1)
    answer = json.load(urlopen(request))
print(json.dumps(answer))
