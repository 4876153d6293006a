"""The functions of Athena: those that run here, and those that do not.

A name that is in neither is none of Athena's, whatever DuckDB has: a query with it fails on AWS.

https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html
https://trino.io/docs/current/functions.html
"""

from embedded.athena.failures import at, not_done
from embedded.athena.parsing import Call

_RUN = """
all any case cast coalesce exists if nullif some try try_cast
abs acos asin atan atan2 cbrt ceil ceiling cos cosh degrees e exp floor infinity is_finite
is_infinite is_nan ln log log10 log2 mod nan pi pow power radians rand random round sign sin sinh
sqrt tan tanh truncate bitwise_and bitwise_or bitwise_xor bitwise_not greatest least
chr codepoint concat concat_ws format hamming_distance length levenshtein_distance lower lpad
ltrim position replace reverse rpad rtrim split split_part split_to_map starts_with strpos substr
substring translate trim upper regexp_count regexp_extract regexp_extract_all regexp_like
regexp_replace regexp_split url_decode url_encode url_extract_fragment url_extract_host
url_extract_parameter url_extract_path url_extract_port url_extract_protocol url_extract_query
uuid
from_base64 from_hex from_utf8 md5 sha1 sha256 to_base64 to_hex to_utf8
current_date current_timestamp date date_add date_diff date_format date_parse date_trunc day
day_of_month day_of_week day_of_year dow doy extract format_datetime from_iso8601_date
from_iso8601_timestamp from_unixtime hour last_day_of_month localtimestamp millisecond minute
month now parse_datetime quarter second to_iso8601 to_unixtime week week_of_year year year_of_week
yow
json_array_contains json_array_length json_extract json_extract_scalar json_format json_parse
json_size
all_match any_match array array_distinct array_except array_intersect array_join array_max
array_min array_position array_remove array_sort array_union arrays_overlap cardinality contains
element_at filter flatten map map_concat map_entries map_filter map_from_entries map_keys
map_values none_match reduce repeat row sequence slice transform transform_keys transform_values
unnest zip_with
any_value approx_distinct approx_percentile arbitrary array_agg avg bitwise_and_agg bitwise_or_agg
bool_and bool_or corr count count_if covar_pop covar_samp every geometric_mean grouping histogram
kurtosis listagg map_agg max max_by min min_by regr_intercept regr_slope skewness stddev
stddev_pop stddev_samp sum var_pop var_samp variance
cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
"""
RUN = frozenset(_RUN.split())
"""Names of functions that run here as on AWS."""

_NOT_RUN = """
approx_most_frequent approx_set array_frequency array_histogram arrays_histogram at_timezone
beta_cdf bing_tile bing_tile_at bit_count bit_length bitwise_left_shift bitwise_right_shift
bitwise_right_shift_arithmetic char2hexint checksum classify color combinations convex_hull_agg
cosine_distance cosine_similarity crc32 current_groups current_timezone current_user date_add_at
entropy evaluate_classifier_predictions from_base from_base32 from_base64url from_big_endian_32
from_big_endian_64 from_geojson_geometry from_ieee754_32 from_ieee754_64
from_iso8601_timestamp_nanos from_unixtime_nanos geometry_union great_circle_distance hash_counts
hmac_md5 hmac_sha1 hmac_sha256 hmac_sha512 human_readable_seconds index inverse_beta_cdf
inverse_normal_cdf is_json_scalar intersection_cardinality jaccard_index json_array json_array_get
json_exists json_object json_query json_table json_value learn_classifier learn_regressor
line_interpolate_point line_locate_point listaggdistinct log1p luhn_check make_set_digest
map_union map_zip_with merge merge_set_digest min_max multimap_agg multimap_from_entries murmur3
ngrams normal_cdf normalize numeric_histogram objectid objectid_timestamp parse_data_size
parse_duration parse_presto_data_size qdigest_agg quantile_at_value reduce_agg regexp_position
regr_count regr_r2 render rgb sha512 shuffle soundex split_to_multimap spooky_hash_v2_32
spooky_hash_v2_64 strrpos tdigest_agg timestamp_objectid timezone timezone_hour timezone_minute
to_base to_base32 to_base64url to_big_endian_32 to_big_endian_64 to_char to_date
to_geojson_geometry to_geometry to_ieee754_32 to_ieee754_64 to_milliseconds to_spherical_geography
to_timestamp transform_values_at trim_array typeof value_at_quantile values_at_quantiles version
width_bucket wilson_interval_lower wilson_interval_upper with_timezone word_stem xxhash64 zip
"""
NOT_RUN = frozenset(_NOT_RUN.split())
"""Names of functions that AWS has and that do not run here."""
NOT_RUN_PREFIXES = ("st_", "geometry_", "bing_tile", "simplify_geometry")


def check(calls: list[Call]) -> None:
    """Raise Failed for a call of a function that does not run here, or that Athena lacks."""
    for call in calls:
        name = call.name.lower()
        if name in RUN:
            continue
        if name in NOT_RUN or name.startswith(NOT_RUN_PREFIXES):
            raise not_done(f"the function {name}")
        raise at(call.place, "FUNCTION_NOT_FOUND", f"Function '{name}' not registered")
