"""Functions of Trino's that DuckDB has otherwise or not at all, as macros of DuckDB.

https://duckdb.org/docs/stable/sql/statements/create_macro
"""

TIMES = r"""
trino_plus(x DATE, i INTERVAL) AS CAST(x + i AS DATE), (x TIMESTAMP, i INTERVAL) AS x + i,
    (x TIMESTAMPTZ, i INTERVAL) AS x + i, (x INTERVAL, i INTERVAL) AS x + i;
trino_minus(x DATE, i INTERVAL) AS CAST(x - i AS DATE), (x TIMESTAMP, i INTERVAL) AS x - i,
    (x TIMESTAMPTZ, i INTERVAL) AS x - i, (x INTERVAL, i INTERVAL) AS x - i;
trino_trunc(u, x DATE) AS CAST(date_trunc(u, x) AS DATE), (u, x TIMESTAMP) AS date_trunc(u,
    x), (u, x TIMESTAMPTZ) AS date_trunc(u, x);
yow(x) AS isoyear(x);
sequence(a BIGINT, b BIGINT) AS generate_series(a, b, CASE WHEN a <= b THEN 1 ELSE -1 END),
    (a BIGINT, b BIGINT, s BIGINT) AS generate_series(a, b, s), (a DATE, b DATE) AS
    CAST(generate_series(a, b, INTERVAL 1 DAY) AS DATE[]), (a DATE, b DATE, s INTERVAL) AS
    CAST(generate_series(a, b, s) AS DATE[]), (a TIMESTAMP, b TIMESTAMP, s INTERVAL) AS
    generate_series(a, b, s);
to_iso8601(x DATE) AS strftime(x, '%Y-%m-%d'), (x TIMESTAMP) AS strftime(x,
    '%Y-%m-%dT%H:%M:%S.%g'), (x TIMESTAMPTZ) AS strftime(x, '%Y-%m-%dT%H:%M:%S.%gZ');
trino_millisecond(x) AS millisecond(x) % 1000;
"""
"""Times: what an interval is added to keeps its type, where DuckDB makes a timestamp of a date."""

TEXT = r"""
trino_varchar(x) AS CASE typeof(x) WHEN 'TIMESTAMP' THEN strftime(TRY_CAST(CAST(x AS
    VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g') WHEN 'TIMESTAMP WITH TIME ZONE' THEN
    strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMPTZ), '%Y-%m-%d %H:%M:%S.%g UTC') WHEN
    'JSON' THEN json_extract_string(TRY_CAST(CAST(x AS VARCHAR) AS JSON), '$') ELSE CAST(x
    AS VARCHAR) END;
regexp_split(s, p) AS string_split_regex(s, p);
regexp_count(s, p) AS len(regexp_extract_all(s, p));
trino_regexp_extract(s, p, g) AS CASE WHEN regexp_matches(s, p) THEN regexp_extract(s, p, g)
    END;
str_to_map(s, d, k) AS map_from_entries(list_transform(string_split(s, d), lambda each:
    struct_pack(key := string_split(each, k)[1], value := string_split(each, k)[2])));
codepoint(s) AS unicode(s);
hamming_distance(a, b) AS hamming(a, b);
url_extract_protocol(u) AS nullif(regexp_extract(u, '^([^:/?#]+):', 1), '');
url_extract_host(u) AS nullif(regexp_extract(u, '^[^:]+://(?:[^@/]*@)?([^:/?#]+)', 1), '');
url_extract_port(u) AS TRY_CAST(nullif(regexp_extract(u, '^[^:]+://[^/?#]*:([0-9]+)', 1),
    '') AS BIGINT);
url_extract_path(u) AS regexp_extract(u, '^[^:]+://[^/?#]*([^?#]*)', 1);
url_extract_query(u) AS nullif(regexp_extract(u, '[?]([^#]*)', 1), '');
url_extract_fragment(u) AS nullif(regexp_extract(u, '#(.*)$', 1), '');
url_extract_parameter(u, p) AS url_decode(nullif(regexp_extract(regexp_extract(u,
    '[?]([^#]*)', 1), '(?:^|&)' || p || '=([^&]*)', 1), ''));
"""
"""Text: a value as Trino writes it, and what is in a text."""

JSON = r"""
trino_json_scalar(j, p) AS TRY(CASE WHEN json_type(j, p) NOT IN ('OBJECT', 'ARRAY') THEN
    json_extract_string(j, p) END);
trino_json_array_length(j) AS TRY(CASE WHEN json_type(j) = 'ARRAY' THEN
    CAST(json_array_length(j) AS BIGINT) END);
json_array_contains(j, v) AS list_contains(CAST(j AS JSON[]), to_json(v));
json_size(j, p) AS CASE json_type(j, p) WHEN 'ARRAY' THEN CAST(json_array_length(j, p) AS
    BIGINT) WHEN 'OBJECT' THEN len(json_keys(j, p)) ELSE 0 END;
"""
"""JSON, in which a scalar is no array and no object."""

ARRAYS = r"""
any_match(a, f) AS coalesce(list_bool_or(list_transform(a, f)), false);
all_match(a, f) AS coalesce(list_bool_and(list_transform(a, f)), true);
none_match(a, f) AS NOT coalesce(list_bool_or(list_transform(a, f)), false);
trino_slice(a, s, n) AS CASE WHEN s > 0 THEN list_slice(a, s, s + n - 1) ELSE list_slice(a,
    len(a) + s + 1, len(a) + s + n) END;
trino_join(a, d) AS array_to_string(a, d), (a, d, n) AS array_to_string(list_transform(a,
    lambda each: coalesce(CAST(each AS VARCHAR), n)), d);
trino_distinct(a) AS list_filter(a, lambda each, place: NOT list_contains(list_slice(a, 1,
    place - 1), each));
array_remove(a, v) AS list_filter(a, lambda each: each <> v);
trino_array_position(a, v) AS coalesce(list_position(a, v), 0);
array_union(a, b) AS trino_distinct(list_concat(a, b));
arrays_overlap(a, b) AS len(list_intersect(a, b)) > 0;
trino_repeat(v, n) AS list_transform(range(n), lambda each: v);
trino_cardinality(x) AS CASE WHEN x IS NOT NULL THEN CASE WHEN typeof(x) LIKE 'MAP(%' THEN
    len(json_keys(to_json(x))) ELSE CAST(json_array_length(to_json(x)) AS BIGINT) END END;
"""
"""Arrays and maps, in the order of what comes first, which list_distinct does not keep."""

AGGREGATES = r"""
trino_random(n) AS CAST(floor(random() * n) AS INTEGER), (a, b) AS CAST(a + floor(random() *
    (b - a)) AS INTEGER);
map_agg(k, v) AS map(list_distinct(list(k)), list_transform(list_distinct(list(k)), lambda
    each: list(v)[list_position(list(k), each)]));
every(x) AS bool_and(x);
geometric_mean(x) AS geomean(x);
trino_scale(t) AS coalesce(TRY_CAST(regexp_extract(t, ',([0-9]+)', 1) AS INTEGER), 0);
trino_divide(a HUGEINT, b HUGEINT, s, t) AS a // b, (a DOUBLE, b DOUBLE, s, t) AS CASE WHEN
    (s LIKE 'DECIMAL%' OR t LIKE 'DECIMAL%') AND s NOT IN ('DOUBLE', 'FLOAT') AND t NOT IN
    ('DOUBLE', 'FLOAT') THEN CASE WHEN b = 0 THEN CAST(1 // CAST(b AS HUGEINT) AS DOUBLE) ELSE
    round(a / b, greatest(trino_scale(s), trino_scale(t))) END ELSE a / b END;
e() AS exp(1);
trino_infinity() AS CAST('Infinity' AS DOUBLE);
trino_nan() AS CAST('NaN' AS DOUBLE);
"""
"""Aggregates and numbers.

Whole numbers are divided to a whole one, and decimals to the larger scale of both.
https://trino.io/docs/current/functions/decimal.html
"""

MACROS = [
    each.strip() for each in f"{TIMES}{TEXT}{JSON}{ARRAYS}{AGGREGATES}".split(";\n") if each.strip()
]
"""What follows CREATE MACRO, of each."""
