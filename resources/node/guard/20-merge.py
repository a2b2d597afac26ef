class Undo:
    """A three-way merge: what led from `before` to `after` is taken out of `live`, everything else stays."""

    def __init__(self, needed, withheld):
        self.needed, self.withheld = needed, withheld
        self.kept = []
        self.insertions = []
        self.kept_ids = set()
        self.removed_ids = set()
        self.put_back = []

    def keep(self, element, why):
        self.kept.append("%s stays as it is: %s" % (word(element), why))

    def merge(self, before, after, live):
        if before.attrib != after.attrib and live.attrib != before.attrib:
            if before in self.withheld:
                self.keep(live, self.withheld[before])
            elif live.attrib == after.attrib:
                live.attrib.clear()
                live.attrib.update(before.attrib)
                self.put_back.append(((live,), before))
            else:
                self.keep(live, "somebody changed it in between")
        old, new, now = by_key(before), by_key(after), by_key(live)
        for key, child in now.items():
            if key in old and key in new:
                self.merge(old[key], new[key], child)
            elif key in new:
                needed = sorted(ids_in(child) & set(self.needed))
                if same(child, new[key]) and not needed:
                    live.remove(child)
                    self.removed_ids |= ids_in(child)
                    continue
                why = "%s refers to it" % self.needed[needed[0]] if needed else "somebody changed it in between"
                self.keep(child, "our change made it, and " + why)
                self.kept_ids |= ids_in(child)
        previous = None
        for child in before:
            key = key_of(child)
            if key is None:
                continue
            if key not in new and key not in now:
                self.insertions.append((live, previous, child))
            elif key in new and key not in now and not same(child, new[key]):
                self.keep(child, "somebody removed it in between")
            previous = key
        self.reorder(before, after, live)

    def reorder(self, before, after, live):
        old, new = by_key(before), by_key(after)
        was = [key for key in old if key in new]
        became = [key for key in new if key in old]
        here = [child for child in live if key_of(child) in old and key_of(child) in new]
        if was == became or [key_of(child) for child in here] != became:
            return
        slots = [list(live).index(child) for child in here]
        wanted = {key_of(child): child for child in here}
        for slot, key in zip(slots, was):
            live[slot] = wanted[key]

    def insert_all(self, root):
        for parent, previous, original in self.insertions:
            child = copy.deepcopy(original)
            if original in self.withheld:
                self.kept.append("%s does not come back: %s" % (word(child), self.withheld[original]))
                continue
            if ids_in(child) & ids_in(root):
                self.keep(child, "its id is taken by now")
                continue
            place = next((at + 1 for at, one in enumerate(parent) if key_of(one) == previous), 0 if previous is None else len(parent))
            parent.insert(place, child)
            self.put_back.append((tuple(child.iter()), original))

    def mend(self, root):
        """Whether a reference leads nowhere by our doing: then what it needs stays in the next pass, or what has it does not come back."""
        there, more = ids_in(root), False
        for element in root.iter():
            for name in sorted(set(refers_to(element)) - there):
                ours = next((original for made, original in self.put_back if element in made), None)
                if name in self.removed_ids and name not in self.needed:
                    self.needed[name], more = word(element), True
                elif ours is not None and ours not in self.withheld:
                    self.withheld[ours], more = "%s, to which it referred before, is not there any more" % name, True
        return more


def undo(before, after, live):
    """Takes the change out of the <cib> element `live`; returns what had to stay, in words."""
    # Pacemaker refuses a configuration with a reference to nothing: each pass does without what the one before left hanging.
    needed, withheld, there = {}, {}, live.find("configuration")
    while True:
        work, result = Undo(needed, withheld), copy.deepcopy(there)
        work.merge(before.find("configuration"), after.find("configuration"), result)
        work.insert_all(result)
        if not work.mend(result):
            break
    live[list(live).index(there)] = result
    mark, ours = pair(live, MARK_PAIR), pair(after, MARK_PAIR)
    if mark is not None and ours is not None and work.kept_ids:
        # What stays of ours is still ours.
        stays = work.kept_ids & set(ours.get("value", "").split()) & ids_in(live)
        mark.set("value", " ".join(sorted(set(mark.get("value", "").split()) | stays)))
    return work.kept


