"""Reads DQDL: a whole ruleset, or one rule as settings have it.

The grammar is AWS's own (https://github.com/awslabs/dqdl), with one rule of the documentation that
it does not hold: what `and` and `or` combine stands in parentheses.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from embedded.dqdl.conditions import ConditionParser, Values
from embedded.dqdl.rule_types import MANY, RULE_TYPES, TAGS, VALUE, RuleType
from embedded.dqdl.rules import Analyzer, AnyRule, Composite, Condition, Rule, Ruleset, Text
from embedded.dqdl.tokens import Invalid, Token, nearest, written

MOST_CHARACTERS = 65_536
"""Of a ruleset: DataQualityRulesetString of Glue's API."""
MOST_RULES = 2_000
"""Of a ruleset: DataQualityRuleResults of Glue's API."""
DEEPEST = 20
"""How deep parentheses may be nested."""
SECTIONS = ("Metadata", "DataSources", "DefaultLabels", "Rules", "Analyzers")
CONNECTORS = ("of", "OF", "and", "AND")
JOINS = {"and": "and", "AND": "and", "or": "or", "OR": "or"}
Labels = tuple[tuple[str, str], ...]
_Part = TypeVar("_Part")


def parse_ruleset(source: str) -> Ruleset:
    """A whole text: `Rules = [ … ]`, and what may stand beside it.

    Raises Invalid for what is not DQDL, and for more than Glue takes.
    """
    if len(source) > MOST_CHARACTERS:
        raise Invalid(
            f"the ruleset has {len(source):,} characters, and Glue takes {MOST_CHARACTERS:,}.",
            source,
            0,
        )
    ruleset = _Parser(source).ruleset()
    if len(ruleset.rules) > MOST_RULES:
        raise Invalid(
            f"the ruleset has {len(ruleset.rules):,} rules, and Glue takes {MOST_RULES:,}.",
            source,
            0,
        )
    return ruleset


def parse_rule(source: str) -> AnyRule:
    """One rule, without `Rules = […]` around it. Raises Invalid."""
    parser = _Parser(source)
    rule = parser.any_rule()
    if parser.token.kind != "end":
        raise parser.error(f"{parser.token.shown} is not expected after the rule's end.")
    return rule


def ruleset_of(rules: list[str]) -> str:
    """The text of a ruleset that has these rules."""
    lines = ",\n".join(f"    {rule}" for rule in rules)
    return f"Rules = [\n{lines}\n]"


class _Parser(ConditionParser):
    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.depth = 0

    def ruleset(self) -> Ruleset:
        rules: tuple[AnyRule, ...] = ()
        analyzers: tuple[Analyzer, ...] = ()
        references: tuple[str, ...] = ()
        defaults: Labels = ()
        seen: set[str] = set()
        while self.token.kind == "word":
            token = self.take()
            name = token.raw
            if name in seen or name in self.variables:
                raise self.error(f'"{name}" comes twice.', token)
            seen.add(name)
            self.expect("=")
            match name:
                case "Rules":
                    rules = self._list(self.any_rule)
                case "Analyzers":
                    analyzers = self._list(self._analyzer)
                case "DefaultLabels":
                    defaults = self._list(self._label)
                case "DataSources":
                    references = self._sources()
                case "Metadata":
                    self._dictionary()
                case _:
                    self._declare(token)
        if self.token.kind != "end":
            raise self.error(f"{self.token.shown} is not expected; allowed: Rules = [ … ].")
        if not rules and not analyzers:
            raise self.error("the ruleset has no rule; allowed: Rules = [ … ].")
        return Ruleset(_labelled(rules, defaults), analyzers, references)

    def _declare(self, name: Token) -> None:
        """Set a variable: name = "a", or a list of texts."""
        if self.token.kind != "text" and self.token.raw != "[":
            hint = nearest(name.raw, SECTIONS)
            raise self.error(f'"{name.raw}" is not one of {", ".join(SECTIONS)}.{hint}', name)
        self.variables[name.raw] = self._variable()

    def any_rule(self) -> AnyRule:
        """A rule, or rules in parentheses that are combined."""
        first = self.at
        if self.token.raw != "(":
            return self._rule()
        parts = [self._enclosed()]
        joins = {JOINS[self.token.raw]} if self.token.raw in JOINS else set()
        while self.token.raw in JOINS:
            joins.add(JOINS[self.token.raw])
            if len(joins) > 1:
                raise self.error("and and or are combined; put parentheses around one of them.")
            self.take()
            if self.token.raw != "(":
                raise self.error("a rule that and or or combines stands in parentheses.")
            parts.append(self._enclosed())
        labels = self._labels()
        if not joins:
            return parts[0]
        return Composite(joins.pop(), tuple(parts), labels, self.since(first))

    def _enclosed(self) -> AnyRule:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"parentheses are nested deeper than {DEEPEST}.")
        self.expect("(")
        rule = self.any_rule()
        self.expect(")")
        self.depth -= 1
        return rule

    def _rule(self) -> Rule:
        start, first = self.at, self.token
        definition = self._type()
        if definition.analyzer_only:
            raise self.error(f"{definition.name} is an analyzer, not a rule.", first)
        parameters = self._parameters(definition, first)
        condition = self._condition_of(definition)
        where = self._where(definition)
        labels = self._labels()
        threshold, tags = self._tags(definition)
        if threshold and definition.optional and condition:
            raise self.error(f"{definition.name} has a condition and a threshold; one is allowed.")
        text = self.since(start)
        return Rule(first.raw, parameters, condition, where, threshold, tags, labels, text)

    def _type(self) -> RuleType:
        token = self.take()
        if token.raw not in RULE_TYPES:
            hint = nearest(token.raw, RULE_TYPES) if token.kind == "word" else ""
            raise self.error(f"{token.shown} is not a rule type of DQDL.{hint}", token)
        return RULE_TYPES[token.raw]

    def _parameters(self, definition: RuleType, first: Token) -> tuple[str, ...]:
        """The parameters of a rule or analyzer; a name without quotes is one as well."""
        found: list[str] = []
        while True:
            if self.token.raw in CONNECTORS and self._is_parameter(1):
                self.take()
            if not self._is_parameter():
                break
            found.append(self._parameter(definition))
        if not definition.fewest <= len(found) <= definition.most:
            raise self.error(
                f"{definition.name} takes {_counted(definition)}, not {len(found)}.", first
            )
        return tuple(found)

    def _is_parameter(self, ahead: int = 0) -> bool:
        token = self.ahead(ahead)
        return token.kind in ("text", "number") or token.raw == "$" or self.is_name(token)

    def _parameter(self, definition: RuleType) -> str:
        if self.token.raw == "$":
            values = self.variable()
            if not isinstance(values, Text):
                raise self.error("a parameter is one text, and the variable is a list.")
            return values.value
        token = self.take()
        if token.kind != "text":
            return token.raw
        return token.unquoted if definition.columns else token.unquoted_code

    def _condition_of(self, definition: RuleType) -> Condition | None:
        starts = self.starts_condition()
        if definition.compares is None:
            if starts:
                raise self.error(f"{definition.name} takes no condition.")
            return None
        if not starts:
            if definition.optional:
                return None
            raise self.error(
                f"{definition.name} needs a condition here, such as {EXAMPLES[definition.compares]}"
                f"; {self.token.shown} is none."
            )
        return self.condition(definition.compares)

    def _where(self, definition: RuleType) -> str | None:
        if self.token.raw != "where":
            return None
        if not definition.where:
            raise self.error(f"{definition.name} takes no where clause.")
        self.take()
        return self.text("a where clause", 'such as where "age > 10"').unquoted_code

    def _labels(self) -> Labels:
        if self.token.raw != "labels":
            return ()
        self.take()
        self.expect("=")
        return self._list(self._label)

    def _label(self) -> tuple[str, str]:
        name = self.text("a label", 'such as "team"="finance"').unquoted
        self.expect("=")
        return name, self.text("a label's value", "between quotes").unquoted

    def _tags(
        self, definition: RuleType
    ) -> tuple[Condition | None, tuple[tuple[str, Condition], ...]]:
        threshold: Condition | None = None
        tags: list[tuple[str, Condition]] = []
        while self.token.raw == "with":
            self.take()
            token = self.take()
            if token.raw == "threshold" and definition.threshold and not threshold:
                threshold = self.condition("number")
            elif token.raw in TAGS.get(definition.name, ()):
                tags.append((token.raw, self.condition("text")))
            else:
                known = ["threshold"] if definition.threshold else []
                known += TAGS.get(definition.name, ())
                allowed = " or ".join(known) or "nothing"
                raise self.error(
                    f"{token.shown} may not follow with; {definition.name} takes {allowed} there"
                    + (" once." if token.raw in known else "."),
                    token,
                )
        return threshold, tuple(tags)

    def _analyzer(self) -> Analyzer:
        start, first = self.at, self.token
        definition = self._type()
        if definition.compares is None and not definition.analyzer_only:
            raise self.error(f"{definition.name} is a rule and measures nothing.", first)
        parameters = self._parameters(definition, first)
        return Analyzer(first.raw, parameters, self.since(start))

    def _list(self, part: Callable[[], _Part]) -> tuple[_Part, ...]:
        self.expect("[")
        found: list[_Part] = []
        while self.token.raw != "]":
            found.append(part())
            if self.token.raw != "]":
                self.expect(",", "]")
                if self.token.raw == "]":
                    raise self.error("nothing follows the last comma.")
        self.take()
        return tuple(found)

    def _variable(self) -> Values:
        if self.token.raw == "[":
            return self._list(self.text_operand)
        return self.text_operand()

    def _dictionary(self) -> dict[str, Values]:
        self.expect("{")
        found: dict[str, Values] = {}
        while self.token.raw != "}":
            name = self.text("a name", "between quotes").unquoted
            self.expect(":")
            found[name] = self._variable()
            if self.token.raw != "}":
                self.expect(",", "}")
        self.take()
        return found

    def _sources(self) -> tuple[str, ...]:
        told = self._dictionary()
        names = told.get("AdditionalDataSources", ())
        several = names if isinstance(names, tuple) else (names,)
        return tuple(each.value for each in several if isinstance(each, Text))

    def since(self, start: int) -> str:
        """What was read from one token on, on one line."""
        return written(self.tokens[start : self.at])


EXAMPLES = {
    "number": "> 10",
    VALUE: '> 10 or in ["a", "b"]',
    "text": '= "Date"',
    "duration": "<= 24 hours",
    "date": "> (now() - 3 days)",
    "size": "> 1 MB",
}


def _counted(definition: RuleType) -> str:
    fewest, most = definition.fewest, definition.most
    if most == MANY:
        return f"{fewest} parameter or more"
    if fewest != most:
        return f"{fewest} to {most} parameters"
    return "no parameter" if not most else f"{most} parameter{'s' if most > 1 else ''}"


def _labelled(rules: tuple[AnyRule, ...], defaults: Labels) -> tuple[AnyRule, ...]:
    """The rules with the labels that all have, unless their own are of the same name."""
    if not defaults:
        return rules
    return tuple(
        replace(rule, labels=tuple({**dict(defaults), **dict(rule.labels)}.items()))
        for rule in rules
    )
