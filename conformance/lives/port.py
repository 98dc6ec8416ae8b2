"""A whole port by a program in Python, with nothing but its standard library.

    python3 port.py http://127.0.0.1:8642

It needs a sandbox that serves the control routes, as porting-sandbox does. It loses the answer to the creation of its
draft, travels through weeks, and ends with the sandbox's own judgement. It fails with a message, or prints what it did.
"""

import base64
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timedelta

BASE = sys.argv[1]
API = BASE + "/origination/porting"
NUMBERS = ["+12065550101", "+12065550150"]  # of two carriers


def send(method, url, body=None, headers=None):
    """Sends a request and gives its status, headers and text. An error status is no exception here."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def call(method, url, body=None, want=None):
    """Calls the API, or a control route, and gives what the JSON of the answer says."""
    headers = {"Authorization": "token sandbox-token"}
    data = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        data = json.dumps(body).encode()
    status, _, text = send(method, url, data, headers)
    expect(status in (want or (200, 201, 204)), f"{method} {url}: {status} {text}")
    return json.loads(text) if text else None


def control(method, path, body=None):
    return call(method, f"{BASE}/_sandbox/{path}", body)


def expect(true, message):
    if not true:
        sys.exit("port.py: " + message)


def when(text):
    """Every time in an answer has this one form."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def upload(draft, kind):
    """Stores a document and adds it to the draft: a form, the storage, a document."""
    form = call("POST", BASE + "/files/upload_requests", {"content_type": "application/pdf"})
    policy = json.loads(base64.b64decode(form["form_fields"]["policy"]))
    prefix = next(c[2] for c in policy["conditions"] if isinstance(c, list) and c[1] == "$key")
    fields = dict(form["form_fields"], key=prefix + kind + ".pdf")
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{kind}.pdf"\r\n'
                 f"Content-Type: application/pdf\r\n\r\n%PDF-1.7 {kind}\r\n--{boundary}--\r\n")
    status, _, text = send(form["http_method"], form["url"], "".join(parts).encode(),
                           {"Content-Type": "multipart/form-data; boundary=" + boundary})
    expect(status == 204, f"the upload: {status} {text}")
    call("POST", f"{API}/draft_port_requests/{draft}/supporting_documents", {"document_type": kind, "body": fields["key"]})


def statuses(port):
    return sorted({sub["status"] for sub in call("GET", f"{API}/port_requests/{port}/sub_requests")})


# Nobody has done anything yet.
control("POST", "reset")
start = when(control("GET", "clock")["now"])

# Two numbers can be ported, one can't.
answer = call("POST", API + "/portability_checks", {"phone_numbers": [{"phone_number": n} for n in NUMBERS + ["+12065550184"]]})
portable = [r["raw_number"] for group in answer for r in group["phone_numbers"] if r["portable"]]
expect(portable == NUMBERS, f"portable are {portable}")

# The draft is made, and the answer is lost.
control("POST", "faults", {"operation": "Drafts.Create", "nth": 1, "effect": "drop_after"})
try:
    call("POST", API + "/draft_port_requests", {"phone_numbers": [{"phone_number": n} for n in NUMBERS]})
    expect(False, "the answer came")
except (urllib.error.URLError, ConnectionError):
    pass  # what now? It is looked for, and not made again.
search = urllib.parse.urlencode({"search": NUMBERS[0], "status": "pending", "include_sub_requests": "true"})
drafts = call("GET", f"{API}/draft_port_requests?{search}")
expect(len(drafts) == 1, f"{len(drafts)} drafts")
draft = drafts[0]
expect(when(draft["created_at"]) == start, f"created at {draft['created_at']}")

# What isn't filled in can't be submitted.
refusal = call("POST", f"{API}/draft_port_requests/{draft['id']}/submit", want=(422,))
expect("locality is missing" in refusal["message"], refusal["message"])

# Both sub requests are filled in, with a common date.
path = f"{API}/draft_port_requests/{draft['id']}/sub_requests"
windows = [call("GET", f"{path}/{sub['id']}/allowed_foc_dates") for sub in draft["sub_requests"]]
foc = max(when(w[0]["start"]) for w in windows)
for sub in draft["sub_requests"]:
    filled = call("PUT", f"{path}/{sub['id']}", {
        "foc_date_requested_by_user": foc.isoformat() + ".000Z",
        "person_or_company_name": "Example Company",
        "auth_person_name": "Ada Example",
        "billing_phone_number": NUMBERS[0],
        "street_address": "1 Main Street",
        "extended_address": None,
        "locality": "Seattle",
        "administrative_area": "WA",
        "postal_code": "98101",
        "country_code": "US",
        "default_connection_id": "1293384261075731499",
    })
    expect(filled["complete"] and when(filled["foc_date_requested_by_user"]) == foc, f"filled in: {filled}")
for kind in ("loa", "invoice"):
    upload(draft["id"], kind)

# Submitted, it goes its way through the days.
port = call("POST", f"{API}/draft_port_requests/{draft['id']}/submit")["port_request_id"]
expect(statuses(port) == ["in-process"], f"after the submit: {statuses(port)}")
control("POST", "advance", {"by": "5h"})
expect(statuses(port) == ["submitted"], f"five hours later: {statuses(port)}")
control("POST", "advance", {"by": "1d"})
expect(statuses(port) == ["foc-date-confirmed"], f"a day later: {statuses(port)}")
call("POST", f"{API}/port_requests/{port}/comments", {"body": "We are ready."})
now = when(control("POST", "advance", {"to": (foc - timedelta(seconds=1)).isoformat() + "Z"})["now"])
expect(statuses(port) == ["foc-date-confirmed"], f"at {now}: {statuses(port)}")
control("POST", "advance", {"by": 1})
expect(statuses(port) == ["ported"], f"on the FOC date: {statuses(port)}")
done = call("GET", f"{API}/port_requests?status=complete")
expect([p["id"] for p in done] == [port], f"complete are {done}")

# The sandbox's judgement: nothing was doubled, misspelt or left undone, and the fault fired.
findings = control("GET", "findings")
expect(findings == [], f"findings: {findings}")
creations = control("GET", "requests?operation=Drafts.Create")
expect(len(creations) == 1, f"{len(creations)} requests to create the draft")

# It judges: a program that makes its draft again is found out.
for _ in range(2):
    call("POST", API + "/draft_port_requests", {"phone_numbers": [{"phone_number": "+12065550102"}]})
findings = control("GET", "findings")
expect(len(findings) == 1 and findings[0].startswith("duplicate: "), f"findings: {findings}")

print(f"ported {len(NUMBERS)} numbers in {(foc - start).days} days, and found one doubled draft")
