"""Writes random expressions, and what Jinja2 makes of them, into random-expressions.json: python random_expressions.py."""

import json
import random
import signal

import render

R = random.Random(20260105)
COUNT = 1500

VARS = {"s":"abc Def","e":"","h":"<a href='x'>T&amp;\"q\"</a>","w":"  foo bar-baz\tqux\nline two\n","u":"Köln ß ΣΑΣ 你好","num":"42","neg":"-7.5","f":"%s-%d","b":"{}:{x}","n":3,"z":0,"m":-5,"big":12345678901234567890,"x":2.5,"y":-0.0,"t":True,"fl":False,"no":None,
"l":["x","Y","a"],"ln":[3,1,2,3],"le":[],"lm":["a",1,None,2.5],"d":{"a":1,"b":[1,2],"c":"x"},"de":{},"p":[{"n":"Ann","a":30,"r":"u"},{"n":"bob","a":5,"r":"t"},{"n":"Cy","r":"u"}],"nn":[[1,2],[3,4]]}
VALS = list(VARS) + ["undef","range(3)","(d|items)","(l|map('upper'))","(ln|select)","(s|safe)","(h|e)","d.items()","d.keys()","d.values()","(1,2)","()","raise_exception","namespace(a=1)","1","1.5","'x'","[1]","{'k':2}","-3","10**20","1e300","(l|reverse)","(ln|batch(2))","p|groupby('r')","('%s'|safe)"]
LITS = ["1","0","-1","2","3","10","'a'","'x'","' '","''","none","true","false","1.5","'n'","'a,n'","'r'","[1]","'-'","'<'","'%05.2f'","l","s","n","'abc'","undef", "20"]
FILTERS = "abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format groupby indent int items join last length list lower map max min pprint reject rejectattr replace reverse round safe select selectattr slice sort string striptags sum title tojson trim truncate unique upper urlencode wordcount wordwrap xmlattr".split()
KW = {"batch":["linecount","fill_with"],"slice":["slices","fill_with"],"groupby":["attribute","default","case_sensitive"],"round":["precision","method"],"truncate":["length","killwords","end","leeway"],"sum":["attribute","start"],"min":["case_sensitive","attribute"],"max":["attribute"],"sort":["reverse","case_sensitive","attribute"],"dictsort":["case_sensitive","by","reverse"],"unique":["case_sensitive","attribute"],"join":["d","attribute"],"indent":["width","first","blank"],"center":["width"],"int":["default","base"],"float":["default"],"filesizeformat":["binary"],"replace":["old","new","count"],"trim":["chars"],"wordwrap":["width","break_long_words","wrapstring","break_on_hyphens"],"xmlattr":["autospace"],"tojson":["indent","ensure_ascii","sort_keys","separators"],"map":["attribute","default"],"default":["default_value","boolean"]}
TESTS = "odd even divisibleby defined undefined filter test none boolean false true integer float lower upper string mapping number sequence iterable callable escaped in == eq equalto != ne > gt greaterthan ge >= < lt lessthan <= le".split()
METHODS = {"s":"capitalize casefold center count endswith expandtabs find format index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title upper zfill format_map".split(),
"l":"index count copy append pop sort".split(),"d":"get items keys values copy update pop fromkeys".split()}
ATTRS="foo type real imag numerator denominator start stop step name arguments caller grouper list items keys upper n a close bit_length is_integer sep _x __class__ x".split()
OPS="+ - * / // % ** ~ == != < > <= >= and or in".split()
def arg(): return R.choice(LITS+VALS[:27]) if R.random()<.85 else R.choice(VALS)
def args(f=None):
    k=R.choice([0,0,1,1,1,2,2,3]); a=[arg() for _ in range(k)]
    if f in KW and R.random()<.4:
        ks=R.sample(KW[f],R.randint(1,len(KW[f]))); a=a[:R.choice([0,0,0,1])]+[f"{q}={arg()}" for q in ks]
    if R.random()<.02: a.append("*[1]")
    if R.random()<.02: a.append("**{'attribute':'n'}")
    return "("+", ".join(a)+")" if a else R.choice(["","()"])
def flt(v):
    f=R.choice(FILTERS)
    if f in("map",) and R.random()<.6: return f"({v})|map('{R.choice(FILTERS)}'{', '+arg() if R.random()<.3 else ''})"
    if f in("select","reject") and R.random()<.7: return f"({v})|{f}('{R.choice(TESTS)}'{', '+arg() if R.random()<.4 else ''})"
    if f in("selectattr","rejectattr") and R.random()<.8: return f"({v})|{f}('{R.choice(['n','a','r','0'])}'{', '+repr(R.choice(TESTS)) if R.random()<.6 else ''}{', '+arg() if R.random()<.3 else ''})"
    return f"({v})|{f}{args(f)}"
def expr(d=0):
    r=R.random(); v=R.choice(VALS) if d>1 or R.random()<.6 else "("+expr(d+1)+")"
    if r<.35: return flt(v)
    if r<.45:
        t=R.choice(TESTS); t2=t if t[0].isalpha() else "eq"
        return f"({v}) is {R.choice(['','not '])}{t2}" + (f"({arg()})" if R.random()<.45 else "")
    if r<.62:
        m=R.choice(METHODS[R.choice("sssld")]); a=", ".join(arg() for _ in range(R.choice([0,1,1,2,3]))); return f"({v}).{m}({a})"
    if r<.68: return f"({v}).{R.choice(ATTRS)}"+R.choice([""," is defined"])
    if r<.76:
        g=lambda:R.choice(["","1","-1","2","-2","0","n","none","100"]); return f"({v})[{g()}:{g()}"+(f":{g()}" if R.random()<.4 else "")+"]"
    if r<.8: return f"({v})[{arg()}]"
    if r<.94: return f"({v}) {R.choice(OPS)} ({R.choice(VALS) if R.random()<.7 else arg()})"
    if r<.97: return f"({v}) if ({arg()}) else ({arg()})"
    return R.choice(["-","+","not "])+f"({v})"
SPEC=["","5","<5","^7",">6","=6","05","+","+.2f",".3",".2e","g",".3g","x","#x","o","b","08b",",","_","e","%",".1%","s",".2s","*^9","d","n","10.4f","010,","G","E","+,d","#o","-5","^","c",".0f","#.0f","z.1f","0>5","é<4"]
PCT=["%s","%r","%d","%5d","%-5d|","%05d","%+d","% d","%x","%#x","%X","%o","%#o","%e","%.2e","%f","%.0f","%#.0f","%g","%.3g","%#g","%G","%E","%c","%5s","%-5s|","%.2s","%%","%i","%u","%*d","%.*f","%(a)s","%(k)d","%s %s","%","%5","%q","%ld","%010.3f","%+.1e","%a","%.3d","%(a)s %(b)s","%5%"]
def tmpl():
    r=R.random()
    if r<.8: return "{{ "+expr()+" }}"
    if r<.86:
        v=R.choice(["n","x","s","m","z","t","big","y","1e16","1.0","123456789.125","1e-7","0.1","no","l","-0.5","1e300","99999.5","1234567","(h|e)","('<'|safe)"]); return "{{ '{:%s}'.format(%s) }}|{{ '{0%s:%s}'.format(%s) }}"%(R.choice(SPEC),v,R.choice(["","!r","!s"]),R.choice(SPEC),v)
    if r<.93:
        v=R.choice(["n","x","s","m","z","t","big","y","1e16","0.5","(n,s)","(s,n)","d","{'k':5,'a':s}","no","l","(x,)","(5,x)","1.5e-10","(h|safe)","123.456"]); return R.choice(["{{ '%s' %% (%s) }}","{{ ('%s'|safe) %% (%s) }}","{{ '%s'|format(%s) }}"])%(R.choice(PCT)+R.choice(["","",R.choice(PCT)]),v)
    i=R.choice(VALS)
    body=R.choice(["{{ loop.index }}{{ i }}","{{ loop.revindex }}/{{ loop.length }}{{ loop.last }}","{{ loop.cycle('a','b') }}{{ loop.changed(i) }}","{{ loop.previtem is defined }}{{ loop.nextitem }}","{% if loop.first %}{% continue %}{% endif %}{{ i }}","{{ i.n }}{{ i[0] }}","{{ loop }}","{{ loop.depth }}{% if loop.index > 1 %}{% break %}{% endif %}"])
    return R.choice(["{%% for i in %s %%}%s{%% else %%}E{%% endfor %%}","{%% for i in %s if i %%}%s{%% endfor %%}","{%% for i in %s %%}%s,{%% endfor %%}"])%(i,body)


def told(template):
    def late(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        return render.render(template, VARS)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main():
    expressions = {}
    failed = 0
    while len(expressions) < COUNT:
        template = tmpl()
        result = told(template)
        address = " at 0x" in result.get("text", "").lower()
        failed += "error" in result
        if not address and ("text" in result or failed % 4 == 0):
            expressions[template] = result.get("text")
    render.write("random-expressions.json", {"variables": VARS, "expressions": expressions})


if __name__ == "__main__":
    main()
