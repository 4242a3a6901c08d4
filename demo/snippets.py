"""The Python snippets of the probe batch, with strings, comments and nested brackets at many positions.

There are enough samples to distinguish a unit that tracks one of these from chance.
"""

SNIPPETS = [
    """\
def greet(name, punctuation="!"):
    # Say hello, and mind the "quotes" in here.
    return "Hello, " + name.strip() + punctuation

print(greet("world (all of it)"))  # not a bracket: )
""",
    """\
table = {"rows": [(1, "one"), (2, "two"), (3, "three")]}
for number, word in table["rows"]:
    if number % 2:  # odd ones only
        print(f"{number}: {word}", end="; ")
""",
    '''\
class Reader:
    """Reads lines (and nothing else) from a file."""

    def __init__(self, path):
        self.lines = [line for line in open(path)]  # all at once
''',
    """\
try:
    value = max(min(int(text[1:-1]), limit[0]), -limit[0])
except (ValueError, IndexError) as error:
    raise SystemExit("bad input: " + repr(text)) from error
""",
    """\
# Settings come from three places, in this order: defaults, file, flags.
settings = dict(DEFAULTS, **read("settings.json"))
settings.update({k: v for k, v in flags.items() if v})
""",
    """\
while queue:
    name, depth = queue.pop(0)
    print("  " * depth + name)
    queue.extend((child, depth + 1) for child in sorted(tree.get(name, ())))
    seen.add(name)
""",
    """\
def area(shape):
    kind, *sides = shape
    if kind == "circle":
        return 3.14159 * sides[0] ** 2  # good enough here
    return sides[0] * sides[-1]  # squares have one side only
""",
    """\
import re

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?", re.IGNORECASE)
counts = {}
for match in WORD.finditer(text.lower()):
    counts[match[0]] = counts.get(match[0], 0) + 1
""",
    '''\
def parse(line):
    """Return the key and the value of a line like 'colour = blue'.

    Blank lines and comments give None, so that callers can skip them.
    """
    if not line.strip():
        return None
''',
    """\
class Stack(list):
    # A list has all it takes, but for a name that says what it is used for.
    push = list.append

    def peek(self):
        return self[-1] if self else None
""",
    """\
with open("report.txt", "w", encoding="utf-8") as report:
    report.write("total: " + str(sum(amounts)) + "\\n")
    for day, amount in zip(days, amounts):
        report.write(day + "\\t" + str(amount))
""",
    """\
assert matrix([[1, 2], [3, 4]]) @ matrix([[0, 1], [1, 0]]) == matrix([[2, 1], [4, 3]])
assert transpose(transpose(rows)) == rows, "twice is not at all"  # by the way
x = (((1 + 2) * 3) - 4)
""",
]
