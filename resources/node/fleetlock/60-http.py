# HTTP.


def invalid(value):
    return Refusal(400, "invalid_client_identity", value)


def read_client(body):
    """Group and id of the request's body; older clients called the id `node_uuid`."""
    try:
        client = json.loads(body.decode())["client_params"]
        group, identity = client["group"], client["id"] if "id" in client else client["node_uuid"]
        size = len(identity.encode())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise invalid('the body must be {"client_params": {"group": "…", "id": "…"}}') from error
    if not isinstance(group, str) or not GROUP.fullmatch(group):
        raise invalid("the group must be 1 to 128 letters, digits, dots and dashes")
    if not 1 <= size <= ID_LIMIT:
        raise invalid(f"the id must have 1 to {ID_LIMIT} bytes")
    return group, identity


class Handler(BaseHTTPRequestHandler):
    """One request on one connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "dcn-ha-fleetlock", ""

    def handle(self):
        # Who sends a byte now and then would never meet the limit of a single read.
        limit = threading.Timer(self.server.limit_s, self.hang_up)
        limit.daemon = True
        limit.start()
        self.limit = limit
        try:
            self.handle_one_request()
        except OSError:
            pass
        finally:
            limit.cancel()
            self.close_connection = True

    def hang_up(self):
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def answer(self):
        try:
            text = self.decide()
            self.reply(200, b"" if text is None else json.dumps(text).encode() + b"\n")
        except Refusal as refusal:
            self.refuse(refusal)
        except OSError:
            raise
        except Exception as error:  # A bug of ours must not look like a yes, and must not end the server.
            say(f"{type(error).__name__}: {error}")
            self.refuse(Refusal(500, "internal_error", f"{type(error).__name__}; see the journal of the node"))

    def decide(self):
        path = self.path.partition("?")[0]
        group = self.server.group
        verbs = {"/v1/pre-reboot": group.pre_reboot, "/v1/steady-state": group.steady_state, "/v1/list": group.list}
        # Whatever base a reverse proxy puts before it.
        endpoint = next((end for end in verbs if path.endswith(end)), None)
        if endpoint is None:
            raise Refusal(404, "unknown_endpoint", "known are /v1/pre-reboot, /v1/steady-state and /v1/list")
        wanted = "GET" if endpoint == "/v1/list" else "POST"
        if self.command != wanted:
            refusal = Refusal(405, "wrong_method", f"{endpoint} takes {wanted}")
            refusal.allow = wanted
            raise refusal
        if wanted == "GET":
            self.limit.cancel()
            return group.in_turn(group.list)
        if self.headers.get_all("fleet-lock-protocol") != ["true"]:
            raise invalid("the header fleet-lock-protocol: true is missing")
        client = read_client(self.body())
        self.limit.cancel()
        name = f"{endpoint[4:]} of {encode(client[1])} in {client[0]}"
        try:
            group.in_turn(verbs[endpoint], *client)
        except Refusal as refusal:
            say(f"{name}: {refusal.kind}: {refusal.value}")
            raise
        say(f"{name}: ok")
        return None

    def body(self):
        length = self.headers.get("content-length", "")
        if not re.fullmatch(r"[0-9]{1,9}", length):
            raise Refusal(411, "length_required", "the request needs a Content-Length")
        if int(length) > BODY_LIMIT:
            raise Refusal(413, "request_too_large", f"the body has more than {BODY_LIMIT} bytes")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise invalid("the body is cut short")
        return body

    def refuse(self, refusal):
        text = json.dumps({"kind": refusal.kind, "value": refusal.value}, ensure_ascii=False)
        self.reply(refusal.status, text.encode(errors="replace") + b"\n", getattr(refusal, "allow", None))

    def reply(self, status, body, allow=None):
        self.close_connection = True
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
        if allow:
            self.send_header("Allow", allow)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code, message=None, explain=None):
        self.refuse(Refusal(code, "invalid_request", message or HTTPStatus(code).phrase))

    def log_message(self, *_):
        pass


