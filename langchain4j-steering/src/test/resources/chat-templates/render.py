"""Renders the templates and snippets of this folder with Jinja2, as Hugging Face's transformers do, into *.json beside them.

To be run after a change to a template, a snippet or a conversation: python render.py (needs jinja2 3.1.6 or later).
The JUnit tests compare with what it wrote, so Python is not needed for them.
"""

import datetime
import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.sandbox

FOLDER = pathlib.Path(__file__).parent
NOW = datetime.datetime(2026, 1, 5, 9, 7, 3)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


class Dictionary:
    """dict, without what a class has beside."""

    def __call__(self, *args, **kwargs):
        return dict(*args, **kwargs)

    def fromkeys(self, *args):
        return dict.fromkeys(*args)


class Namespace(jinja2.utils.Namespace):
    """namespace, whose members do not begin with an underscore."""

    def __init__(*args, **kwargs):
        self, args = args[0], args[1:]
        members = dict(*args, **kwargs)
        for name in members:
            Namespace.check(name)
        jinja2.utils.Namespace.__init__(self, members)

    def __setitem__(self, name, value):
        Namespace.check(name)
        jinja2.utils.Namespace.__setitem__(self, name, value)

    @staticmethod
    def check(name):
        if isinstance(name, str) and name.startswith("_"):
            raise jinja2.exceptions.SecurityError(f"no member of a namespace: {name!r}")


class Generation(jinja2.ext.Extension):
    """{% generation %}, which marks the assistant's text for training and writes it unchanged."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_unchanged"), [], [], body).set_lineno(line)

    def _unchanged(self, caller):
        return caller()


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["dict"] = Dictionary()
    env.globals["namespace"] = Namespace
    env.globals["strftime_now"] = lambda form: NOW.strftime(form)
    return env


def render(source, variables):
    try:
        return {"text": environment().from_string(source).render(**variables)}
    except jinja2.exceptions.TemplateSyntaxError as e:
        return {"error": "syntax", "message": str(e)}
    except Exception as e:
        refused = type(e) is jinja2.exceptions.TemplateError
        return {"error": "refused" if refused else "failed", "message": str(e)}


def system(text):
    return {"role": "system", "content": text}


def user(text):
    return {"role": "user", "content": text}


def assistant(text, calls=None, thinking=None):
    message = {"role": "assistant", "content": text}
    if thinking is not None:
        message["reasoning_content"] = thinking
    if calls is not None:
        message["tool_calls"] = [
            {"type": "function", "id": id, "function": {"name": name, "arguments": arguments}}
            for id, name, arguments in calls
        ]
    return message


def result(id, name, text):
    return {"role": "tool", "name": name, "tool_call_id": id, "content": text}


WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a place, \"as is\"",
        "parameters": {
            "type": "object",
            "properties": {
                "place": {"type": "string", "description": "Like 'Köln' & <Paris>"},
                "days": {"type": "integer"},
                "unit": {"type": "string", "enum": ["°C", "°F"]},
                "where": {"type": "object", "properties": {"lat": {"type": "number"}}, "required": ["lat"]},
            },
            "required": ["place"],
        },
    },
}
NOTHING = {"type": "function", "function": {"name": "ping", "description": "", "parameters": {"type": "object", "properties": {}}}}
CALL = ("abcDEF123", "weather", {"place": "Köln \"Nord\"", "days": 2, "exact": True, "level": 1.5, "other": None, "list": [1, []]})

CONVERSATIONS = {
    "question": {"messages": [user("Hello, who are you?")]},
    "system": {"messages": [system("  You are brief.\n"), user(" Hi! \n")]},
    "turns": {
        "messages": [
            system("You are \"brief\" & <kind>."),
            user("1 + 1?"),
            assistant(" It's 2.\n"),
            user("Sûr? 你好 👩‍👩‍👧 \\n \\ {{ 'x' }} {% if %}"),
            assistant("Yes: two"),
            user("Thanks"),
        ]
    },
    "answered": {"messages": [user("Why?"), assistant("Because.")]},
    "empty contents": {"messages": [system(""), user(""), assistant(""), user("  ")]},
    "two users in a row": {"messages": [user("a"), user("b")]},
    "second system message": {"messages": [system("a"), user("b"), assistant("c"), system("d"), user("e")]},
    "modes in the system message": {"messages": [system("Be brief. /no_think"), user("Hi /think")]},
    "no modes": {"messages": [system("Only this. /system_override /think "), user("Hi")]},
    "tools offered": {"messages": [user("Weather in Köln?")], "tools": [WEATHER, NOTHING]},
    "tools offered with system": {"messages": [system("Be brief."), user("Weather?")], "tools": [WEATHER]},
    "tool called": {
        "messages": [user("Weather?"), assistant("", [CALL]), result("abcDEF123", "weather", '{"sky": "grey \\u00fc"}')],
        "tools": [WEATHER],
    },
    "tools called": {
        "messages": [
            system("Be brief."),
            user("Weather?"),
            assistant("Let me look.", [CALL, ("000000002", "ping", {})], thinking="\nI need a tool.\n"),
            result("abcDEF123", "weather", "grey"),
            result("000000002", "ping", "pong"),
            assistant("Grey, and pong."),
            user("And now?"),
        ],
        "tools": [WEATHER, NOTHING],
    },
    "short id": {
        "messages": [user("Weather?"), assistant("", [("1", "ping", {})]), result("1", "ping", "pong")],
        "tools": [NOTHING],
    },
    "thinking": {
        "messages": [
            user("2 + 2?"),
            assistant("4", thinking="\n\nTwo and two...\n"),
            user("3 + 3?"),
            assistant("\n6", thinking="Three and three."),
        ]
    },
    "thinking in the content": {
        "messages": [user("2 + 2?"), assistant("<think>\nTwo...\n</think>\n\n4"), user("Sure?"), assistant("<think>yes</think>Sure")]
    },
    "tool response from the user": {
        "messages": [user("2?"), assistant("3", thinking="t"), user("<tool_response>\n5\n</tool_response>")]
    },
    "thinking off": {"messages": [user("Hi")], "variables": {"enable_thinking": False, "thinking": False}},
    "thinking on": {"messages": [user("Hi")], "variables": {"enable_thinking": True, "thinking": True}},
}


def write(name, value):
    text = json.dumps(value, ensure_ascii=False, indent=1)
    (FOLDER / name).write_text(text + "\n", encoding="utf-8", newline="\n")


def main():
    write("conversations.json", CONVERSATIONS)
    for file in sorted(FOLDER.glob("*.jinja")):
        source = file.read_text(encoding="utf-8")
        expected = {}
        for name, conversation in CONVERSATIONS.items():
            variables = {
                **TOKENS,
                "messages": conversation["messages"],
                "tools": conversation.get("tools"),
                "documents": None,
                **conversation.get("variables", {}),
            }
            expected[name] = [render(source, {**variables, "add_generation_prompt": ask}) for ask in (False, True)]
        write(file.stem + ".json", expected)
    for prefix in "", "python-":
        snippets = (FOLDER / f"{prefix}snippets.txt").read_text(encoding="utf-8").split("\n====\n")
        variables = json.loads((FOLDER / f"{prefix}variables.json").read_text(encoding="utf-8"))
        write(f"{prefix}snippets.json", [{"template": snippet, **render(snippet, variables)} for snippet in snippets])


if __name__ == "__main__":
    main()
