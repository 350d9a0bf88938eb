import json
import os
from urllib.request import Request, urlopen

wanted = {
    "products": [{"product_id": "at-t-usa", "value": 25, "phone_number": "+15551234567"}],
    "payment_method": "balance",
    "auto_pay": True,
}
request = Request(
    "BASE_URL/invoices",
    method="POST",
    data=json.dumps(wanted).encode(),
    headers={
        "Authorization": f"Bearer {os.environ['KEY']}",
        "Content-Type": "application/json",
        # Sent twice with the same key, it is bought once.
        "Idempotency-Key": os.environ.get("ORDER", "cart-1729"),
    },
)
print(urlopen(request).read().decode())
