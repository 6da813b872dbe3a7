"""Functions in which it shows when what runs: generators, iterators and views give their items one by
one. Each is called with each of VALUES.
"""

VALUES = [
    {"l": [1, 2, 3], "m": [4, 5], "d": {"a": 1, "b": 2}},
    {"l": [3, 1, 2, 0], "m": [1, 0], "d": {}},
    {"l": [1, 0], "m": [0, 2, 5], "d": {"a": 0}},
    {"l": ["1", "3", "x"], "m": ["p", "q"], "d": {"p": "r", "q": "s"}},
    {"l": ["1", "x", "0"], "m": [], "d": {"a": [1], "b": [2]}},
    {"l": [0, "x"], "m": [[1], [2, 3]], "d": {"a": {"c": 1}}},
    {"l": [{"on": 1, "n": 2}, {"on": 0, "n": 1}], "m": [1.5, 0.5], "d": {"l": None}},
    {"l": [], "m": {"x": 1}, "d": []},
    {"l": None, "m": 5, "d": "text"},
]


def loop_over_generator_that_sees_a_name_change(value):
    n = 1
    out = []
    for x in (n * y for y in value["l"]):
        n = 2
        out.append(x)
    return out


def loop_over_generator_that_sees_a_dict_change(value):
    d = value["d"]
    n = 0
    for x in (d["a"] + y for y in value["l"]):
        d["a"] = x
        n += x
        if n > 10:
            continue
        value["n"] = n
    return n


def loop_over_generator_that_fails_later(value):
    try:
        for x in (6 / y for y in value["l"]):
            value["seen"] = x
    except ZeroDivisionError:
        value["zero"] = True
    except TypeError:
        value["no number"] = True
    return value


def loop_over_generator_of_its_own_name(value):
    x = 10
    out = []
    for x in (x + y for y in value["l"] if y != 2):
        out.append(x)
    return [out, x]


def loop_over_generator_with_else(value):
    y = "outer"
    out = []
    for x in (y * 2 for y in value["l"] if y > 1 if y < 9):
        if x == 6:
            break
        out.append([x, y])
    else:
        out.append("else")
    return [out, y]


def loop_over_generator_over_iterator(value):
    out = []
    for x in (y for i, y in enumerate(value["l"]) if i):
        value["l"].append(x)
        out.append(x)
        if len(out) > 5:
            break
    return out


def loops_over_generators(value):
    for x in (y for y in value["l"]):
        for z in (x * w for w in value["m"] if w != x):
            value["s"] = value.get("s", 0) + z
            if z > 9:
                break
        else:
            value["e"] = x
    return value


def loop_over_generator_that_changes_items(value):
    for x in (y for y in value["l"] if y.get("on")):
        x["seen"] = True


def loop_over_dict_by_generator(value):
    for key in (key for key in value["d"]):
        value["d"][key + "x"] = 1
        if len(value["d"]) > 5:
            break


def loop_over_generator_of_loops(value):
    return_ = []
    for a, b in ((y, y + n) for n in range(2) for y in value["l"]):
        return_.append(a + b)
    return return_


def loop_over_enumerate_of_generator(value):
    n = 1
    out = []
    for i, x in enumerate(n * y for y in value["l"]):
        n = 2
        out.append(i * x)
    return out


def loop_over_zip_of_generator(value):
    n = 1
    out = []
    for i, x in zip(value["l"], (n * y for y in value["l"])):
        n = 2
        out.append([i, x])
    return out


def loop_over_zip_that_fails(value):
    total = 0
    for x in (a / b for a, b in zip(value["l"], value["m"])):
        total += x
    return total


def loop_over_view_that_changes(value):
    out = []
    for key in value["d"].keys():
        out.append(key)
        if key == "a":
            value["d"].pop("b")
    return out


def loop_over_reversed_that_changes(value):
    out = []
    for x in reversed(value["l"]):
        value["l"].pop()
        out.append(x)
    return out


def generator_in_comprehension(value):
    return [x + y for x in (y * 2 for y in value["l"]) for y in (x, x + 1) if y > 3]


def generator_in_comprehension_beside_outer_name(value):
    y = 100
    return [x + y for x in (y * 2 for y in value["l"])]


def generator_in_comprehension_that_changes(value):
    l = value["l"]
    return [l.pop(0) + x for x in (l[0] for y in range(3))]


def generator_in_comprehension_that_fails(value):
    try:
        return [10 // x for x in (int(y) for y in value["l"])]
    except ZeroDivisionError:
        return "zero"
    except ValueError:
        return "value"


def generator_in_sum(value):
    return sum(x for x in (y for y in value["l"] if y > 1) if x < 3)


def generator_in_any(value):
    return any(x > 2 for x in (int(y) for y in value["l"]))


def generator_in_any_in_try(value):
    try:
        return any(x > 2 for x in (int(y) for y in value["l"]))
    except ValueError:
        return "value"


def generator_in_next(value):
    return next((x for x in (int(y) for y in value["l"]) if x > 2), None)


def next_without_default(value):
    return [next(iter(value["d"])), next(x for x in value["l"] if x), next(iter(value["m"]))]


def next_without_default_in_try(value):
    try:
        return next(int(x) for x in value["l"] if x)
    except StopIteration:
        return "stop"
    except (ValueError, TypeError):
        return "other"


def in_views(value):
    out = []
    for x in [*value["l"], "a", 2, None]:
        out.append([x in value["d"].keys(), x in value["d"].values(), x not in value["d"].keys()])
    return out


def in_views_in_try(value):
    try:
        return [value["m"] in value["d"].values(), value["m"] in value["d"].keys()]
    except TypeError:
        return "type"
    except AttributeError:
        return "attribute"


def in_items(value):
    return ("a", 1) in value["d"].items()


def generator_of_pairs_in_comprehension(value):
    return {k: x for k, x in ((str(y), y) for y in value["l"])}


def comprehension_over_view_that_changes(value):
    d = value["d"]
    return [key for key, x in d.items() if d.pop(key)]


def comprehension_over_inner_view_that_changes(value):
    return [key for d in (value["d"],) for key, x in d.items() if d.pop(key)]


def comprehension_over_iterators(value):
    pairs = {i: str(x) for i, x in enumerate(value["l"])}
    return [pairs, [str(x) + key for key, x in value["d"].items() if len(key) > 0]]


def comprehension_over_enumerate_of_generator(value):
    return [i * x for i, x in enumerate(y + 1 for y in value["l"])]


def extend_by_generator_that_sees_the_list(value):
    l = value["l"]
    l.extend(len(l) for _ in range(3))
    return l


def extend_by_generator_over_itself(value):
    l = value["l"][:2]
    if len(l) < 2:
        return l
    out = [0]
    out.extend(x + len(out) for i, x in enumerate(l) if i)
    l.extend(x for x, y in zip(l, [1, 2, 3, 4, 5]))
    return [l, out]


def extend_by_generator_over_others(value):
    out = []
    out.extend(key for key, x in value["d"].items() if x)
    out.extend(x for l in (value["l"], out) for i, x in enumerate(l) if i < 5)
    return out


def extend_by_generator_that_fails(value):
    value["m"].extend(int(y) for y in value["l"])


def extend_in_try(value):
    out = value["m"]
    try:
        out.extend(int(y) for y in value["l"])
    except (ValueError, AttributeError):
        value["failed"] = True


def methods_in_try(value):
    out = []
    for x in [*value["l"], value["d"], None]:
        try:
            out.append(int(x))
            value["m"].append(10 // out[-1])
            value["d"].get(x, out[5])
        except ValueError:
            out.append("value")
        except TypeError:
            out.append("type")
        except AttributeError:
            value["attribute"] = x
        except (ZeroDivisionError, IndexError):
            out.append(",".join(str(x) for x in out))
    return out


def method_of_nothing_in_try(value):
    try:
        value["l"][0].update(value["missing"])
    except KeyError:
        return "key"
    except AttributeError:
        return "attribute"
    except (TypeError, IndexError):
        return "other"


def method_with_an_unbound_argument_in_try(value):
    if value["l"]:
        x = 1
    try:
        value["m"].append(x)
    except UnboundLocalError:
        return "unbound"
    except AttributeError:
        return "attribute"


def extend_by_zip_of_itself(value):
    l = value["l"]
    l.extend(zip(l, value["m"]))
    return l


def extend_by_zip_of_others(value):
    out = [0]
    out.extend(zip(value["l"], value["m"]))
    out.extend(enumerate(value["m"]))
    return out


def update_by_zip(value):
    d = value["d"]
    d.update(zip(d, value["l"]))
    d.update(zip(value["l"], value["m"]))
    return d


def update_by_generator_that_sees_the_set(value):
    s = {1}
    s.update(len(s) * 10 + x for x in value["l"])
    return len(s)


def length_of_generator(value):
    return len(x for x in value["l"])


def length_of_zip(value):
    return len(zip(value["l"], value["m"]))


def length_of_reversed(value):
    return len(reversed(value["l"]))


def length_of_views(value):
    return [len(value["d"].items()), len(value["d"].keys()), list(reversed(value["d"].values()))]


def reversed_generator(value):
    return list(reversed(x for x in value["l"]))


def reversed_zip(value):
    return list(reversed(zip(value["l"], value["m"])))


def argument_that_changes_what_a_generator_reads(value):
    l = value["l"]
    return sum((x for x in l), l.pop())


def default_that_changes_what_a_generator_reads(value):
    l = value["l"]
    return max((x for x in l), default=l.clear())


def argument_that_changes_a_view(value):
    d = value["d"]
    return dict(d.items(), a=d.pop("b"))


def argument_that_changes_what_is_reversed(value):
    l = value["l"]
    return sum(reversed(l), l.pop())


def argument_that_changes_what_a_dict_is_made_of(value):
    return dict(value["d"], a=value["d"].pop("b"))


def argument_that_fails_in_front_of_the_call(value):
    try:
        return dict(value["l"], a=1 / value["m"][1])
    except ZeroDivisionError:
        return "zero"
    except (TypeError, ValueError):
        return "other"


def default_of_next_that_changes(value):
    return next((x for x in value["l"] if x > 1), value["l"].append(5))


def zip_of_generator_that_changes(value):
    l = value["l"]
    return list(zip(l, (l.pop() for _ in range(2))))


def zip_of_generator(value):
    return dict(zip(value["m"], (x * 2 for x in value["l"])))


def zip_of_generator_in_try(value):
    try:
        return list(zip((1 / x for x in value["l"]), (int(x) for x in value["m"])))
    except ZeroDivisionError:
        return "zero"
    except (TypeError, ValueError):
        return "other"


def key_that_changes_the_list(value):
    l = value["l"]
    return max(l, key=lambda x: l.pop() and x)


def key_that_sees_the_list(value):
    l = value["l"]
    return [max((x for x in l), key=lambda x: -x), sorted(l, key=lambda x: len(l))]


def key_that_fails_beside_a_comparison(value):
    try:
        return min(value["l"], key=lambda x: int(x) if x else "x")
    except ValueError:
        return "value"
    except TypeError:
        return "type"


def sort_by_a_key_that_sees_the_list(value):
    l = value["l"]
    l.sort(key=lambda x: x if l else -x)
    return l


def sort_backwards_by_key(value):
    value["l"].sort(key=lambda x: -x, reverse=True)


def join_by_a_generator_that_changes(value):
    l = value["l"]
    return ",".join(str(l.pop()) for _ in range(2))


def unpacked_generator(value):
    a, b, c = (x * 2 for x in value["l"])
    d, *e = map(str, value["m"])
    return [a, b, c, d, e]


def unpacked_generator_in_try(value):
    try:
        a, b = map(int, value["l"])
    except ValueError:
        return "value"
    except TypeError:
        return "type"
    return a + b


def generator_that_has_two_names(value):
    a, b = c = (x for x in value["m"])
    return [a, b, list(c)]


def handlers_of_what_never_comes(value):
    try:
        x = value["l"][0] / value["m"][0]
    except (OSError, StopIteration):
        return "never"
    except ImportError:
        return "never"
    else:
        value["x"] = x
    try:
        value["y"] = value["d"]["a"]
    except RecursionError:
        return "never"
    finally:
        value["z"] = 1
    return value


def maps(value):
    out = [list(map(int, value["l"])), sum(map(lambda x: x * 2, value["m"]))]
    out.append(",".join(map(str, value["l"])))
    return [out, list(map(lambda a, b: [b, a], value["l"], value["m"]))]


def map_that_fails_in_a_loop(value):
    try:
        for x in map(int, value["l"]):
            value["seen"] = x
    except ValueError:
        value["bad"] = True


def map_of_a_map(value):
    return list(map(str, map(lambda x: x * 2, filter(None, value["l"]))))


def map_with_a_lambda_that_sees_a_name_change(value):
    n = 1
    for x in map(lambda y: y * n, value["l"]):
        n = 3
        value["d"][str(x)] = n


def map_of_a_method(value):
    return [list(map(str.strip, value["l"])), list(map(str.upper, value["m"]))]


def map_of_a_method_of_an_empty_list(value):
    return list(map(value["d"].get, value["m"]))


def map_as_a_value(value):
    x = map(str, value["l"])
    return len(x)


def map_without_a_function(value):
    return list(map(None, value["l"]))


def map_of_a_name_that_is_no_function(value):
    f = value["l"]
    return list(map(f, value["m"]))


def filters(value):
    kept = list(filter(lambda x: x > 1, value["l"]))
    return [kept, list(filter(None, value["m"])), sorted(filter(bool, value["l"]))]


def filter_of_maps(value):
    return any(filter(lambda x: x > 2, map(int, value["l"])))


def first_of_iter(value):
    return [next(iter(value["l"]), None), next(iter(value["d"]), "none")]


def keys_in_order(value):
    return [list(dict.fromkeys([*value["l"], *value["l"]])), dict.fromkeys(value["m"], 0)]


def sorted_by_methods(value):
    return [sorted(value["m"], key=str.upper), sorted(value["d"], key=len)]


def sorted_by_helpers(value):
    return [max(value["l"], key=abs), sorted(value["l"], key=repr, reverse=True)]


def formats(value):
    l = value["l"]
    return [format(l[0]), format(l[0], ">4"), format(l[0], f"0{len(l)}"), format(1234.5, ",.2f")]


def formats_by_name(value):
    a = "{a}-{b!r:>4}-{a}{{}}".format(a=value["l"], b=1)
    return [a, "{} {x} {}".format(1, 2, x=value["m"])]


def format_of_a_format(value):
    return "{0}{x:>{0}}".format(3, x=value["l"])


def format_of_a_missing_name(value):
    return "{a} {b}".format(a=value["l"])


def format_of_too_few(value):
    if value["l"]:
        return "{} {} {x}".format(1, x=2)
    return "{0} {1} {x}".format(1, x=2)


def format_of_odd_names(value):
    if value["l"]:
        return "{ 1 } {x}".format(1, 2, x=3)
    return "{x.real} {x}".format(x=3)


def format_that_mixes(value):
    return "{} {0} {x}".format(1, x=value["l"])


def powers(value):
    return [pow(x, 2) for x in value["l"]] + [pow(2, x) for x in value["m"]]


def splits(value):
    text = "a,b,,c"
    return [text.split(sep=","), text.split(",", maxsplit=1), text.rsplit(sep=",", maxsplit=2),
            " a b ".split(maxsplit=1), [str(x).split(sep="1") for x in value["l"]]]


def method_of_str(value):
    return [str.lower(value["d"]), str.replace("aXb", "X", str(value["l"]))]


def method_of_str_in_try(value):
    try:
        return [str.split(x, ",") for x in value["l"]]
    except TypeError:
        return "type"
    except AttributeError:
        return "attribute"


def json_that_may_be_none(value):
    import json

    out = []
    for text in [*value["l"], "[1, 2.50]", '{"a": {"b": null}}', "nothing", "", " 7 "]:
        try:
            made = json.loads(text)
        except json.JSONDecodeError:
            out.append(None)
        except (TypeError, RecursionError):
            out.append("type")
        else:
            out.append(made)
        finally:
            value["done"] = len(out)
    return out


def json_in_json(value):
    import json
    from json import JSONDecodeError

    try:
        value["copy"] = json.loads(json.dumps(value["l"]))
        value["copy"] += [int(value["m"][0])]
    except (JSONDecodeError, KeyError):
        return "json"
    except ValueError:
        return "value"
    return value


def distance(value):
    import math

    lat, lon, other_lat, other_lon = map(math.radians, [*value["l"], *value["m"]][:4])
    north, east = math.sin((other_lat - lat) / 2), math.sin((other_lon - lon) / 2)
    near = north**2 + math.cos(lat) * math.cos(other_lat) * east**2
    return round(6371 * 2 * math.asin(math.sqrt(near)), 3)


def map_is_a_name(value):
    map = value["d"]
    return map


def filter_is_a_name(value):
    return [filter for filter in value["l"]]
