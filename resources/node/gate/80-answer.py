def answer(options):
    with socket.socket(fileno=os.dup(0)) as connection:
        try:
            cluster, node, _, key = load(options)
            question = read_line(connection)
            nonce = question["nonce"]
            if not isinstance(nonce, str) or not 16 <= len(nonce) <= 128:
                raise ValueError("not a nonce")
            state = current_state(options)
        except (OSError, ValueError, KeyError, TypeError) as trouble:
            say(f"gives no answer: {trouble}")
            return
        facts = read_facts(options)
        if state == "running":
            facts["quorate"] = is_quorate()
        text = json.dumps(facts)
        reply = json.dumps(
            {
                "cluster": cluster,
                "node": node,
                "state": state,
                "mac": seal(key, cluster, node, nonce, state),
                "facts": text,
                "facts-mac": seal(key, cluster, node, nonce, state, text),
            }
        )
        connection.settimeout(TALK_TIMEOUT_S)
        connection.sendall((reply + "\n").encode())


