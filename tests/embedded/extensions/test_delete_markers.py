from embedded.cloud import Cloud


def test_a_marker_is_deleted_after_the_version_that_it_hides(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="marked", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="marked", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="marked", Key="code.zip", Body=b"code")["VersionId"]
    marker = s3.delete_object(Bucket="marked", Key="code.zip")["VersionId"]
    for gone in (version, marker):
        s3.delete_object(Bucket="marked", Key="code.zip", VersionId=gone)
    assert "DeleteMarkers" not in s3.list_object_versions(Bucket="marked")
    s3.delete_bucket(Bucket="marked")
