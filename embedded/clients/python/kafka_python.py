"""The checks of kafka-python, which is Python alone: producing, consuming, classic groups, transactions, administration,
logging in, TLS."""

import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition, __version__
from kafka.admin import AlterConfigOp, ConfigResource, ConfigResourceType, KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError, NonEmptyGroupError, TopicAlreadyExistsError
from kafka.structs import OffsetAndMetadata

from check import LONG, PASSWORD, USER, check, equal, fresh, main, refused, sasl_servers, servers, tls_ca, tls_servers, until


# What all checks are made of.


def admin(**settings):
    return KafkaAdminClient(**{"bootstrap_servers": servers().split(","), **settings})


def new_topic(partitions):
    topic = fresh("python")
    admin().create_topics({topic: {"num_partitions": partitions, "replication_factor": 1}}, wait_for_metadata=True)
    return topic


def producer(**settings):
    return KafkaProducer(**{"bootstrap_servers": servers().split(","), "linger_ms": 5, "allow_auto_create_topics": False, **settings})


def consumer(*topics, **settings):
    return KafkaConsumer(*topics, **{
        "bootstrap_servers": servers().split(","), "auto_offset_reset": "earliest", "enable_auto_commit": False,
        "metadata_max_age_ms": 2000, **settings,
    })


def send(to, topic, partition, first, count, **more):
    """Produces the values first, first+1, … and waits; gives the offsets."""
    sent = [to.send(topic, b"%d" % value, key=b"key", headers=[("h", b"v")], partition=partition, **more)
            for value in range(first, first + count)]
    to.flush(30)
    return [one.get(30).offset for one in sent]


def fill(topic, partition, first, count, **settings):
    one = producer(**settings)
    offsets = send(one, topic, partition, first, count)
    one.close()
    return offsets


def take(from_, count):
    """That many records."""
    records = []

    def enough():
        for found in from_.poll(200, max_records=count - len(records)).values():
            records.extend(found)
        return len(records) >= count

    until(f"{count} records", enough)
    return records


def read(topic, partition, offset, first, count, **settings):
    """The records of a partition from an offset on: their values have to count up."""
    one = consumer(**settings)
    one.assign([TopicPartition(topic, partition)])
    one.seek(TopicPartition(topic, partition), offset)
    values = [int(record.value) for record in take(one, count)]
    equal(values, list(range(first, first + count)), "values")
    one.close()


# Producing and consuming.


@check("produce-acks", "acks 0, 1 and all; the broker says where a record is")
def produce_acks():
    topic = new_topic(1)
    equal(fill(topic, 0, 0, 1, acks=1, enable_idempotence=False), [0], "acks 1")
    equal(fill(topic, 0, 1, 1, acks="all", enable_idempotence=False), [1], "acks all")
    fill(topic, 0, 2, 1, acks=0, enable_idempotence=False)
    read(topic, 0, 0, 0, 3)


@check("produce-codecs", "gzip, snappy, lz4 and zstd come back as they were")
def produce_codecs():
    codecs = [None, "gzip", "snappy", "lz4", "zstd"]
    topic = new_topic(len(codecs))
    for partition, codec in enumerate(codecs):
        fill(topic, partition, 0, 200, compression_type=codec)
        read(topic, partition, 0, 0, 200)


@check("produce-idempotent", "the idempotent producer, many batches, in order")
def produce_idempotent():
    topic = new_topic(1)
    fill(topic, 0, 0, 500, enable_idempotence=True, batch_size=500)
    read(topic, 0, 0, 0, 500)


@check("consume-offsets", "from the start, an offset between; out of range resets; both ends")
def consume_offsets():
    topic = new_topic(1)
    fill(topic, 0, 0, 30)
    read(topic, 0, 17, 17, 13)
    read(topic, 0, 99, 0, 30)
    partition = TopicPartition(topic, 0)
    one = consumer()
    equal((one.beginning_offsets([partition]), one.end_offsets([partition])), ({partition: 0}, {partition: 30}), "ends")


@check("consume-timestamps", "the offset of a time, between records and past the last")
def consume_timestamps():
    topic = new_topic(1)
    begin, one, partition = (int(time.time()) - 3600) * 1000, producer(), TopicPartition(topic, 0)
    for minute in range(10):
        send(one, topic, 0, minute, 1, timestamp_ms=begin + minute * 60_000)
    asking = consumer()
    for after, wanted in [(0, 0), (240_000, 4), (241_000, 5), (3_600_000, None)]:
        found = asking.offsets_for_times({partition: begin + after})[partition]
        equal(found and found.offset, wanted, f"after {after} ms")


@check("consume-long-poll", "a fetch that waits is answered when a record comes")
def consume_long_poll():
    topic = new_topic(1)
    one = consumer(fetch_max_wait_ms=20_000, request_timeout_ms=40_000, connections_max_idle_ms=60_000)
    one.assign([TopicPartition(topic, 0)])
    one.poll(1500)
    begin = time.monotonic()
    fill(topic, 0, 0, 1)
    take(one, 1)
    if time.monotonic() - begin > 8:
        raise AssertionError("it took too long")


# Groups.


def members(group, topic, count, **settings):
    return [
        consumer(topic, group_id=group, session_timeout_ms=6000, heartbeat_interval_ms=300, **settings) for _ in range(count)
    ]


def until_members(what, all_, holds):
    def polled():
        for member in all_:
            member.poll(100)
        return holds()

    until(what, polled)


@check("group-range", "a second member takes half; it leaves, and the first has all again")
def group_range():
    topic, group = new_topic(6), fresh("group")
    first, second = members(group, topic, 2)
    until_members("one member has all six", [first], lambda: len(first.assignment()) == 6)
    until_members("each has three", [first, second], lambda: len(first.assignment()) == 3 == len(second.assignment()))
    second.close()
    until_members("the first has all six again", [first], lambda: len(first.assignment()) == 6)


@check("group-resume", "what a member has committed is where the next one begins")
def group_resume():
    topic, group, partition = new_topic(1), fresh("group"), None
    partition = TopicPartition(topic, 0)
    for round_ in range(2):
        fill(topic, 0, round_ * 10, 10)
        (one,) = members(group, topic, 1)
        equal(take(one, 10)[0].offset, round_ * 10, "begins")
        one.commit()
        equal(one.committed(partition), round_ * 10 + 10, "committed")
        one.close()


@check("group-static", "a static member comes back to its partitions")
def group_static():
    topic, group = new_topic(4), fresh("group")

    def named(name):
        return consumer(topic, group_id=group, session_timeout_ms=30_000, heartbeat_interval_ms=300, group_instance_id=name)

    one = named("one")
    until_members("it has all four", [one], lambda: len(one.assignment()) == 4)
    two = named("two")
    until_members("each has two", [one, two], lambda: len(one.assignment()) == 2 == len(two.assignment()))
    had = two.assignment()
    two.close()
    again = named("two")
    until_members("it has its two again", [one, again], lambda: again.assignment() == had)


# Transactions.


def transactional(id_):
    one = producer(transactional_id=id_, transaction_timeout_ms=15_000)
    one.init_transactions()
    return one


@check("txn-commit-abort", "read_committed sees what was committed, and nothing of what was aborted")
def txn_commit_abort():
    topic = new_topic(1)
    one = transactional(fresh("txn"))
    for first, end in [(0, one.commit_transaction), (100, one.abort_transaction), (5, one.commit_transaction)]:
        one.begin_transaction()
        send(one, topic, 0, first, 5)
        end()
    read(topic, 0, 0, 0, 10, isolation_level="read_committed")
    read(topic, 0, 6, 100, 5, isolation_level="read_uncommitted")


@check("txn-process", "consume, transform, produce: offsets are committed with the transaction only")
def txn_process():
    source, target, group = new_topic(1), new_topic(1), fresh("process")
    fill(source, 0, 0, 10)
    (member,) = members(group, source, 1)
    take(member, 10)
    one, partition = transactional(fresh("txn")), TopicPartition(source, 0)
    for upto, first, end, committed in [(4, 0, one.commit_transaction, 4), (9, 90, one.abort_transaction, 4)]:
        one.begin_transaction()
        send(one, target, 0, first, 4)
        one.send_offsets_to_transaction({partition: OffsetAndMetadata(upto, "", -1)}, member.group_metadata())
        end()
        equal(member.committed(partition), committed, "committed")
    read(target, 0, 0, 0, 4, isolation_level="read_committed")


@check("txn-fencing", "a second producer of one transactional id fences the first")
def txn_fencing():
    topic, id_ = new_topic(1), fresh("txn")
    first = transactional(id_)
    first.begin_transaction()
    send(first, topic, 0, 50, 1)
    second = transactional(id_)
    second.begin_transaction()
    send(second, topic, 0, 0, 3)
    second.commit_transaction()

    def zombie():
        send(first, topic, 0, 60, 1)
        first.commit_transaction()

    refused(zombie, KafkaError)
    read(topic, 0, 0, 0, 3, isolation_level="read_committed")


# Administration.


@check("admin-topics", "topics are made, described, enlarged and deleted; a second one of a name is refused")
def admin_topics():
    topic, one = fresh("admin"), admin()
    shape = {topic: {"num_partitions": 2, "replication_factor": 1, "configs": {"retention.ms": "3600000"}}}
    one.create_topics(shape, wait_for_metadata=True)
    refused(lambda: one.create_topics(shape), TopicAlreadyExistsError)
    one.create_partitions({topic: 5})
    until("five partitions", lambda: len(one.describe_topics([topic])[0]["partitions"]) == 5)
    one.delete_topics([topic])
    until("it is gone", lambda: topic not in one.list_topics())


@check("admin-records", "records are deleted up to an offset, which is the first one then")
def admin_records():
    topic = new_topic(1)
    fill(topic, 0, 0, 20)
    admin().delete_records({TopicPartition(topic, 0): 12})
    read(topic, 0, 12, 12, 8)
    equal(consumer().beginning_offsets([TopicPartition(topic, 0)]), {TopicPartition(topic, 0): 12}, "begins")


@check("admin-configs", "a topic's settings are altered and described")
def admin_configs():
    topic, one = new_topic(1), admin()
    for change, wanted in [((AlterConfigOp.SET, "3600000"), True), ((AlterConfigOp.DELETE, None), False)]:
        one.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": change})])
        described = one.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic, None)], config_filter="all")
        (resources,) = described.values()
        equal("3600000" in str(resources[topic]["retention.ms"]), wanted, "described")


@check("admin-groups", "a group is listed, described and deleted; with a member it can't be")
def admin_groups():
    topic, group, one = new_topic(2), fresh("admin"), admin()
    (member,) = members(group, topic, 1)
    until_members("it has both", [member], lambda: len(member.assignment()) == 2)
    listed = one.list_groups(states_filter=["Stable"], types_filter=["classic"])
    equal(group in str(listed), True, "listed")
    described = one.describe_groups([group])[group]
    equal(len(described["members"]), 1, "members")
    try:
        told = one.delete_groups([group])
        equal("NonEmptyGroup" in str(told), True, f"deleting it with a member: {told}")
    except NonEmptyGroupError:
        pass
    member.close()
    one.delete_groups([group])
    equal(group in str(one.list_groups()), False, "there after it was deleted")


@check("admin-offsets", "a group's offsets are altered, reset, listed and deleted")
def admin_offsets():
    topic, group, one = new_topic(2), fresh("admin"), admin()
    fill(topic, 0, 0, 10)
    first, second = TopicPartition(topic, 0), TopicPartition(topic, 1)
    one.alter_group_offsets(group, {first: OffsetAndMetadata(7, "seven", -1), second: OffsetAndMetadata(0, "", -1)})
    found = one.list_group_offsets({group: None})[group]
    equal((found[first].offset, found[first].metadata), (7, "seven"), "listed")
    one.delete_group_offsets(group, [second])
    one.reset_group_offsets(group, {first: OffsetSpec.LATEST})
    found = one.list_group_offsets({group: None})[group]
    equal({partition: it.offset for partition, it in found.items()}, {first: 10}, "reset")


@check("admin-transactions", "an open transaction is listed and described, its producer too")
def admin_transactions():
    topic, id_, one = new_topic(1), fresh("txn"), admin()
    writing = transactional(id_)
    writing.begin_transaction()
    send(writing, topic, 0, 0, 1)
    equal(id_ in str(one.list_transactions(state_filters=["Ongoing"])), True, "listed")
    equal("ONGOING" in str(one.describe_transactions([id_])[id_]).upper(), True, "described")
    equal("producer_id" in str(one.describe_producers([TopicPartition(topic, 0)])), True, "its producer")
    writing.commit_transaction()


@check("admin-cluster", "brokers, the cluster's id, log directories, the quorum's features")
def admin_cluster():
    one = admin()
    described = one.describe_cluster()
    equal(len(described["brokers"]) > 0 and described["cluster_id"] != "", True, "nodes and an id")
    equal(len(one.describe_log_dirs()) > 0, True, "log directories")


# Logging in and encryption.


def log_in(mechanism, password):
    one = admin(
        bootstrap_servers=sasl_servers().split(","), security_protocol="SASL_PLAINTEXT", sasl_mechanism=mechanism,
        sasl_plain_username=USER, sasl_plain_password=password, bootstrap_timeout_ms=10_000,
    )
    topic = fresh("security")
    one.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
    one.delete_topics([topic])


@check("sasl-plain", "PLAIN; a wrong password is refused", "PLAIN")
def sasl(mechanism):
    log_in(mechanism, PASSWORD)
    refused(lambda: log_in(mechanism, "wrong"), KafkaError)


check("sasl-scram-256", "SCRAM-SHA-256; a wrong password is refused", "SCRAM-SHA-256")(sasl)
check("sasl-scram-512", "SCRAM-SHA-512; a wrong password is refused", "SCRAM-SHA-512")(sasl)


@check("tls", "TLS with a certificate to trust; who does not trust it is not served")
def tls():
    def ask(**trust):
        return len(admin(bootstrap_servers=tls_servers().split(","), security_protocol="SSL", bootstrap_timeout_ms=10_000, **trust).list_topics())

    equal(ask(ssl_cafile=tls_ca()) >= 0, True, "topics")
    refused(ask, KafkaError)


main(__version__)
