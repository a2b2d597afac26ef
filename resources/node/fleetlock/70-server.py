class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A thread for each request, and not more than THREADS."""

    daemon_threads, block_on_close = True, False
    allow_reuse_address, request_queue_size = True, 64

    def __init__(self, address, port, group, limit_s=REQUEST_LIMIT_S):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.group, self.limit_s = group, limit_s
        self.slots = threading.BoundedSemaphore(THREADS)
        super().__init__((address, port), Handler)

    def process_request(self, request, client_address):
        if self.slots.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.slots.release()

    def handle_error(self, *_):
        say(f"a request failed: {sys.exc_info()[0].__name__}")


def notify_ready():
    """Tells systemd that requests are taken (sd_notify(3))."""
    if path := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.connect("\0" + path[1:] if path.startswith("@") else path)
            channel.send(b"READY=1")


def serve(group, place, limit_s):
    address, _, port = place.rpartition(":")
    server = Server(address.strip("[]"), int(port), group, limit_s)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    say(f"answers at {address} port {server.server_address[1]}")
    notify_ready()
    server.serve_forever(poll_interval=0.2)
    server.server_close()
    # What is being written gets its end; its client asks again in any case.
    group.turn.acquire(timeout=REQUEST_LIMIT_S)


def break_lock(group, token):
    """Frees the lock of a client that is gone for good; the person who asks for it has made sure of that."""
    lock = decode(group.read()[0].get("lock", ""))
    if lock is None:
        return "nobody holds the lock"
    if lock.get("kind") != "client" or len(token) < 8 or not lock["token"].startswith(token):
        raise Refusal(409, "other_holder", f"the lock is held by {describe(lock)}, token {lock.get('token')}")
    group.free(lock["token"])
    return f"freed, it was held by {describe(lock)}"


