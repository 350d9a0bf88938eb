import os
from urllib.parse import quote
from urllib.request import Request, urlopen

number = quote("+15551234567", safe="")
request = Request(
    f"BASE_URL/check_phone_number?phone_number={number}",
    headers={"Authorization": f"Bearer {os.environ['KEY']}"},
)
print(urlopen(request).read().decode())
