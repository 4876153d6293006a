import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from embedded.sagemaker.algorithms.xgboost_data import format_of, libsvm, read, table
from embedded.sagemaker.algorithms.xgboost_parameters import UserError


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("", "libsvm"),
        ("csv", "csv"),
        ("text/csv; label_size=1;charset=utf8", "csv"),
        ("text/x-libsvm", "libsvm"),
        ("application/x-parquet", "parquet"),
    ],
)
def test_a_content_type_means_a_format(content_type, kind):
    assert format_of(content_type) == kind


@pytest.mark.parametrize("content_type", ["text/html", "text/csv;label_size=0"])
def test_another_content_type_is_refused_by_name(content_type):
    with pytest.raises(UserError, match=content_type):
        format_of(content_type)


def test_csv_has_the_label_first_and_files_are_put_together(tmp_path):
    (tmp_path / "a.csv").write_text("1,2,3\n0,,5\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.csv").write_text("1,7,8\n")
    (tmp_path / "_SUCCESS").write_text("")
    records = read(tmp_path, "csv", has_weights=False)
    assert records.labels.tolist() == [1, 0, 1]
    assert records.weights is None
    np.testing.assert_array_equal(records.features, [[2, 3], [np.nan, 5], [7, 8]])


def test_weights_are_the_second_column(tmp_path):
    (tmp_path / "a.csv").write_text("1,0.5,3\n0,2,5\n")
    records = read(tmp_path, "csv", has_weights=True)
    assert records.weights.tolist() == [0.5, 2]
    assert records.features.tolist() == [[3], [5]]


def test_parquet_has_the_label_first(tmp_path):
    columns = pa.table({"risk": [1, 0], "age": [30, 40], "dose": [0.5, None]})
    pyarrow.parquet.write_table(columns, tmp_path / "a.parquet")
    records = read(tmp_path, "parquet", has_weights=False)
    assert records.labels.tolist() == [1, 0]
    np.testing.assert_array_equal(records.features, [[30, 0.5], [40, np.nan]])


def test_libsvm_may_have_weights_and_leaves_out_what_is_missing(tmp_path):
    (tmp_path / "a").write_text("1:0.5 0:2 3:4\n0 1:5\n")
    records = read(tmp_path, "libsvm", has_weights=False)
    assert (records.labels.tolist(), records.weights.tolist()) == ([1, 0], [0.5, 1])
    assert records.features.shape == (2, 4)
    assert records.features.nnz == 3


def test_a_request_in_libsvm_needs_no_label():
    assert libsvm("0:1 2:3\n", has_labels=False).features.toarray().tolist() == [[1, 0, 3]]
    assert libsvm("9 0:1 2:3\n", has_labels=False).features.toarray().tolist() == [[1, 0, 3]]


def test_text_in_the_data_is_named():
    with pytest.raises(UserError, match="'age', which is not a number"):
        table(b"age,dose\n1,2\n")
    with pytest.raises(UserError, match="'hello world' is not 'LIBSVM' format"):
        libsvm("hello world", has_labels=True)


def test_one_column_alone_is_read():
    assert table(b"1.5\n2.5\n").tolist() == [[1.5], [2.5]]


def test_one_record_alone_is_read():
    assert table(b"1.5,2.5").tolist() == [[1.5, 2.5]]


def test_a_folder_that_cannot_be_learned_from_is_refused(tmp_path):
    with pytest.raises(UserError, match="No data in channel path"):
        read(tmp_path, "csv", has_weights=False)
    (tmp_path / "a.csv").write_text("1\n2\n")
    with pytest.raises(UserError, match="no column besides the label"):
        read(tmp_path, "csv", has_weights=False)
    (tmp_path / "b.csv").write_text("1,2\n")
    with pytest.raises(UserError, match="same number of columns"):
        read(tmp_path, "csv", has_weights=False)
