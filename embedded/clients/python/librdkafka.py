"""The checks of librdkafka, by way of confluent-kafka: producing, consuming, groups of both protocols, transactions,
administration, logging in, TLS."""

import functools
import time

from confluent_kafka import (
    OFFSET_BEGINNING, OFFSET_END, Consumer, ConsumerGroupState, ConsumerGroupTopicPartitions, ConsumerGroupType, IsolationLevel,
    KafkaError, KafkaException, Producer, TopicCollection, TopicPartition, __version__, libversion,
)
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, OffsetSpec, ResourceType,
)

from check import LONG, PASSWORD, USER, check, equal, fresh, main, refused, sasl_servers, servers, tls_ca, tls_servers, until


# What all checks are made of.


@functools.cache
def admin():
    """One for all: with its client goes what it was asked."""
    return AdminClient({"bootstrap.servers": servers()})


def done(futures):
    """The result of the only one of a number of futures."""
    (future,) = futures.values()
    return future.result(timeout=LONG)


def new_topic(partitions):
    topic = fresh("rdkafka")
    done(admin().create_topics([NewTopic(topic, partitions, 1)]))
    return topic


def producer(**settings):
    names = {name.replace("_", "."): value for name, value in settings.items()}
    return Producer({"bootstrap.servers": servers(), "linger.ms": 5, **names})


def consumer(group=None, **settings):
    names = {name.replace("_", "."): value for name, value in settings.items()}
    return Consumer({
        "bootstrap.servers": servers(), "group.id": group or fresh("group"), "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "topic.metadata.refresh.interval.ms": 1000, **names,
    })


def send(to, topic, partition, first, count, **more):
    """Produces the values first, first+1, … and waits; gives the offsets."""
    offsets, errors = [], []

    def delivered(error, record):
        (errors if error else offsets).append(error or record.offset())

    for value in range(first, first + count):
        to.produce(topic, str(value), key="key", partition=partition, headers={"h": b"v"}, on_delivery=delivered, **more)
        to.poll(0)
    equal(to.flush(30), 0, "left in the queue")
    if errors:
        raise KafkaException(errors[0])
    return offsets


def fill(topic, partition, first, count, **settings):
    return send(producer(**settings), topic, partition, first, count)


def take(from_, count):
    """That many records."""
    records = []

    def enough():
        record = from_.poll(0.2)
        if record is not None and record.error():
            raise KafkaException(record.error())
        if record is not None:
            records.append(record)
        return len(records) >= count

    until(f"{count} records", enough)
    return records


def read(topic, partition, offset, first, count, **settings):
    """The records of a partition from an offset on: their values have to count up."""
    one = consumer(**settings)
    one.assign([TopicPartition(topic, partition, offset)])
    values = [int(record.value()) for record in take(one, count)]
    equal(values, list(range(first, first + count)), "values")
    one.close()


# Producing.


@check("produce-acks", "acks 0, 1 and all; the broker says where a record is")
def produce_acks():
    topic = new_topic(1)
    equal(fill(topic, 0, 0, 1, acks=1), [0], "acks 1")
    equal(fill(topic, 0, 1, 1, acks="all"), [1], "acks all")
    fill(topic, 0, 2, 1, acks=0)
    read(topic, 0, OFFSET_BEGINNING, 0, 3)


@check("produce-codecs", "gzip, snappy, lz4 and zstd come back as they were")
def produce_codecs():
    codecs = ["none", "gzip", "snappy", "lz4", "zstd"]
    topic = new_topic(len(codecs))
    for partition, codec in enumerate(codecs):
        fill(topic, partition, 0, 200, compression_type=codec)
        read(topic, partition, OFFSET_BEGINNING, 0, 200)


@check("produce-idempotent", "the idempotent producer, many batches in flight, in order")
def produce_idempotent():
    topic = new_topic(1)
    fill(topic, 0, 0, 3000, enable_idempotence=True, batch_num_messages=50)
    read(topic, 0, OFFSET_BEGINNING, 0, 3000)


@check("produce-unknown-topic", "a topic that is not there is told as such")
def produce_unknown_topic():
    one = producer(message_timeout_ms=8000, topic_metadata_propagation_max_ms=2000)
    error = refused(lambda: send(one, fresh("nowhere"), 0, 0, 1), KafkaException)
    known = (KafkaError._UNKNOWN_TOPIC, KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_PARTITION)
    if error.args[0].code() not in known:
        raise error


# Consuming.


@check("consume-offsets", "from the start, an offset between, the end; out of range resets; watermarks")
def consume_offsets():
    topic = new_topic(1)
    fill(topic, 0, 0, 30)
    read(topic, 0, OFFSET_BEGINNING, 0, 30)
    read(topic, 0, 17, 17, 13)
    read(topic, 0, 99, 0, 30)
    one = consumer()
    equal(one.get_watermark_offsets(TopicPartition(topic, 0), timeout=10), (0, 30), "watermarks")
    one.assign([TopicPartition(topic, 0, OFFSET_END)])
    one.poll(2)
    fill(topic, 0, 30, 1)
    equal(take(one, 1)[0].offset(), 30, "from the end on")


@check("consume-timestamps", "the offset of a time, between records and past the last")
def consume_timestamps():
    topic = new_topic(1)
    begin = (int(time.time()) - 3600) * 1000
    one = producer()
    for minute in range(10):
        send(one, topic, 0, minute, 1, timestamp=begin + minute * 60_000)
    asking = consumer()
    for after, wanted in [(0, 0), (240_000, 4), (241_000, 5), (3_600_000, OFFSET_END)]:
        (found,) = asking.offsets_for_times([TopicPartition(topic, 0, begin + after)], timeout=10)
        equal(found.offset, wanted, f"after {after} ms")


@check("consume-long-poll", "a fetch that waits is answered when a record comes")
def consume_long_poll():
    topic = new_topic(1)
    one = consumer(fetch_wait_max_ms=20_000, socket_timeout_ms=60_000)
    one.assign([TopicPartition(topic, 0, 0)])
    one.poll(1.5)
    begin = time.monotonic()
    fill(topic, 0, 0, 1)
    take(one, 1)
    if time.monotonic() - begin > 8:
        raise AssertionError("it took too long")


@check("consume-many", "twelve partitions at once, and seek, pause and resume")
def consume_many():
    topic = new_topic(12)
    for partition in range(12):
        fill(topic, partition, 0, 5)
    one = consumer()
    one.assign([TopicPartition(topic, partition, 0) for partition in range(12)])
    take(one, 60)
    one.pause([TopicPartition(topic, 3)])
    one.seek(TopicPartition(topic, 4, 2))
    equal([record.partition() for record in take(one, 3)], [4] * 3, "after a seek")
    fill(topic, 3, 5, 1)
    equal(one.poll(1), None, "while paused")
    one.resume([TopicPartition(topic, 3)])
    equal(take(one, 1)[0].partition(), 3, "after a pause")


# Groups.

EAGER = {"partition_assignment_strategy": "range"}
ROUND_ROBIN = {"partition_assignment_strategy": "roundrobin"}
COOPERATIVE = {"partition_assignment_strategy": "cooperative-sticky"}
CONSUMER = {"group_protocol": "consumer"}


class Member:
    """A member of a group, which remembers what it was given and what it read."""

    def __init__(self, group, topic, **settings):
        classic = {"session_timeout_ms": 6000, "heartbeat_interval_ms": 300}
        if settings.get("group_protocol") != "consumer":
            settings = {**classic, **settings}
        self.consumer = consumer(group, **settings)
        self.cooperative = settings in (CONSUMER,) or "cooperative-sticky" in settings.values()
        self.records, self.rebalances = [], 0
        self.consumer.subscribe([topic], on_assign=self.changed, on_revoke=self.changed)

    def changed(self, _consumer, partitions):
        self.rebalances += len(partitions) > 0

    def poll(self):
        record = self.consumer.poll(0.05)
        if record is not None and not record.error():
            self.records.append(record)
        elif record is not None and record.error().fatal():
            raise KafkaException(record.error())

    def has(self, count):
        return len(self.consumer.assignment()) == count

    def partitions(self):
        return sorted(it.partition for it in self.consumer.assignment())


def until_members(what, members, holds):
    def polled():
        for member in members:
            member.poll()
        return holds()

    until(what, polled)


@check("group-range", "a second member takes half; it leaves, and the first has all again", EAGER)
def group_shared(settings):
    topic, group = new_topic(6), fresh("group")
    first = Member(group, topic, **settings)
    until_members("one member has all six", [first], lambda: first.has(6))
    second = Member(group, topic, **settings)
    both = [first, second]
    until_members("each has three", both, lambda: first.has(3) and second.has(3))
    for partition in range(6):
        fill(topic, partition, 0, 2)
    until_members("each reads its six", both, lambda: len(first.records) == 6 == len(second.records))
    second.consumer.close()
    until_members("the first has all six again", [first], lambda: first.has(6))
    first.consumer.close()


check("group-round-robin", "the same with the round robin assignor", ROUND_ROBIN)(group_shared)
check("group-cooperative", "the same with the cooperative sticky assignor", COOPERATIVE)(group_shared)
check("group-consumer", "the same with the consumer protocol (KIP-848)", CONSUMER)(group_shared)
check("group-consumer-range", "the same with the broker's range assignor", {**CONSUMER, "group_remote_assignor": "range"})(group_shared)


@check("group-resume", "what a member has committed is where the next one begins", EAGER)
def group_resume(settings):
    topic, group = new_topic(1), fresh("group")
    for round_ in range(2):
        fill(topic, 0, round_ * 10, 10)
        one = Member(group, topic, **settings)
        until_members("ten records", [one], lambda: len(one.records) == 10)
        equal(one.records[0].offset(), round_ * 10, "begins")
        one.consumer.commit(asynchronous=False)
        (found,) = one.consumer.committed([TopicPartition(topic, 0)], timeout=10)
        equal(found.offset, round_ * 10 + 10, "committed")
        one.consumer.close()


check("group-consumer-resume", "the same with the consumer protocol", CONSUMER)(group_resume)


@check("group-static", "a static member comes back to its partitions without a rebalance of the other", EAGER)
def group_static(settings):
    topic, group = new_topic(4), fresh("group")
    if settings is EAGER:
        settings = {**settings, "session_timeout_ms": 30_000}
    one = Member(group, topic, group_instance_id="one", **settings)
    two = Member(group, topic, group_instance_id="two", **settings)
    until_members("each has two", [one, two], lambda: one.has(2) and two.has(2))
    had, before = two.partitions(), one.rebalances
    two.consumer.close()
    again = Member(group, topic, group_instance_id="two", **settings)
    until_members("it has its two again", [one, again], lambda: again.has(2))
    equal(again.partitions(), had, "its partitions")
    equal(one.rebalances, before, "rebalances of the other")


check("group-consumer-static", "the same with the consumer protocol", CONSUMER)(group_static)


@check("group-consumer-regex", "the broker resolves a pattern for a member of the consumer protocol")
def group_consumer_regex():
    topic = new_topic(3)
    one = Member(fresh("group"), f"^{topic}$", **CONSUMER)
    until_members("it has all three", [one], lambda: one.has(3))


@check("group-session-timeout", "a member that falls silent is put out, the other takes over")
def group_session_timeout():
    topic, group = new_topic(2), fresh("group")
    silent = Member(group, topic, **EAGER, max_poll_interval_ms=6000)
    until_members("the first has both", [silent], lambda: silent.has(2))
    # It is not polled any more.
    other = Member(group, topic, **EAGER)
    until_members("the other has both", [other], lambda: other.has(2))


@check("group-growing-topic", "a partition that is added is handed out", CONSUMER)
def group_growing_topic(settings):
    topic = new_topic(2)
    one = Member(fresh("group"), topic, **settings)
    until_members("it has both", [one], lambda: one.has(2))
    done(admin().create_partitions([NewPartitions(topic, 3)]))
    until_members("it has the third", [one], lambda: one.has(3))


# Transactions.


def transactional(id_, **settings):
    one = producer(transactional_id=id_, transaction_timeout_ms=15_000, **settings)
    one.init_transactions(30)
    return one


@check("txn-commit-abort", "read_committed sees what was committed, and nothing of what was aborted")
def txn_commit_abort():
    topic = new_topic(1)
    one = transactional(fresh("txn"))
    for first, end in [(0, one.commit_transaction), (100, one.abort_transaction), (5, one.commit_transaction)]:
        one.begin_transaction()
        send(one, topic, 0, first, 5)
        end(30)
    read(topic, 0, OFFSET_BEGINNING, 0, 10, isolation_level="read_committed")
    read(topic, 0, 6, 100, 5, isolation_level="read_uncommitted")


@check("txn-process", "consume, transform, produce: offsets are committed with the transaction only", EAGER)
def txn_process(settings):
    source, target, group = new_topic(1), new_topic(1), fresh("process")
    fill(source, 0, 0, 10)
    member = Member(group, source, **settings)
    until_members("ten records", [member], lambda: len(member.records) == 10)
    one = transactional(fresh("txn"))
    for upto, first, end, committed in [(4, 0, one.commit_transaction, 4), (9, 90, one.abort_transaction, 4)]:
        one.begin_transaction()
        send(one, target, 0, first, 4)
        one.send_offsets_to_transaction([TopicPartition(source, 0, upto)], member.consumer.consumer_group_metadata(), 30)
        end(30)
        (found,) = member.consumer.committed([TopicPartition(source, 0)], timeout=10)
        equal(found.offset, committed, "committed")
    read(target, 0, OFFSET_BEGINNING, 0, 4, isolation_level="read_committed")


check("txn-process-consumer", "the same with the consumer protocol", CONSUMER)(txn_process)


@check("txn-fencing", "a second producer of one transactional id fences the first")
def txn_fencing():
    topic, id_ = new_topic(1), fresh("txn")
    first = transactional(id_)
    first.begin_transaction()
    send(first, topic, 0, 50, 1)
    second = transactional(id_)
    second.begin_transaction()
    send(second, topic, 0, 0, 3)
    second.commit_transaction(30)

    def zombie():
        first.produce(topic, "60", partition=0)
        first.commit_transaction(30)

    error = refused(zombie, KafkaException)
    if error.args[0].code() not in (KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH):
        raise error
    read(topic, 0, OFFSET_BEGINNING, 0, 3, isolation_level="read_committed")


@check("txn-timeout", "a transaction that nobody ends is aborted by the coordinator")
def txn_timeout():
    topic = new_topic(1)
    one = producer(transactional_id=fresh("txn"), transaction_timeout_ms=3000, message_timeout_ms=3000)
    one.init_transactions(30)
    one.begin_transaction()
    send(one, topic, 0, 50, 1)
    fill(topic, 0, 0, 3)
    read(topic, 0, OFFSET_BEGINNING, 0, 3, isolation_level="read_committed")


# Administration.


@check("admin-topics", "topics are made, described, enlarged and deleted; a second one of a name is refused")
def admin_topics():
    topic, one = fresh("admin"), admin()
    done(one.create_topics([NewTopic(topic, 2, 1)], validate_only=True))
    done(one.create_topics([NewTopic(topic, 2, 1, config={"retention.ms": "3600000"})]))
    error = refused(lambda: done(one.create_topics([NewTopic(topic, 2, 1)])), KafkaException)
    equal(error.args[0].code(), KafkaError.TOPIC_ALREADY_EXISTS, "making it again")
    done(one.create_partitions([NewPartitions(topic, 5)]))
    until("five partitions", lambda: len(done(one.describe_topics(TopicCollection([topic]))).partitions) == 5)
    done(one.delete_topics([topic]))
    until("it is gone", lambda: topic not in one.list_topics(timeout=10).topics)


@check("admin-records", "records are deleted up to an offset, which is the first one then")
def admin_records():
    topic = new_topic(1)
    fill(topic, 0, 0, 20)
    equal(done(admin().delete_records([TopicPartition(topic, 0, 12)])).low_watermark, 12, "low watermark")
    read(topic, 0, OFFSET_BEGINNING, 12, 8)


@check("admin-configs", "a topic's settings are altered and described")
def admin_configs():
    topic, one = new_topic(1), admin()

    def described(name):
        return done(one.describe_configs([ConfigResource(ResourceType.TOPIC, topic)]))[name].value

    for operation, wanted in [(AlterConfigOpType.SET, "compact"), (AlterConfigOpType.APPEND, "compact,delete"),
                              (AlterConfigOpType.SUBTRACT, "compact"), (AlterConfigOpType.DELETE, "delete")]:
        value = "compact" if operation is AlterConfigOpType.SET else "delete"
        entry = ConfigEntry("cleanup.policy", value, incremental_operation=operation)
        done(one.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])]))
        equal(described("cleanup.policy"), wanted, str(operation))
    broker = next(iter(one.list_topics(timeout=10).brokers))
    settings = done(one.describe_configs([ConfigResource(ResourceType.BROKER, str(broker))]))
    equal("num.partitions" in settings, True, "a broker has num.partitions")


@check("admin-groups", "groups of both protocols are listed by state and type, described and deleted")
def admin_groups():
    topic, one = new_topic(2), admin()
    for settings, type_ in [(EAGER, ConsumerGroupType.CLASSIC), (CONSUMER, ConsumerGroupType.CONSUMER)]:
        group = fresh("admin")
        member = Member(group, topic, **settings)
        until_members("it has both", [member], lambda: member.has(2))
        listed = one.list_consumer_groups(states={ConsumerGroupState.STABLE}, types={type_}).result(timeout=LONG)
        equal([it.group_id for it in listed.valid if it.group_id == group], [group], "listed")
        described = done(one.describe_consumer_groups([group]))
        equal((described.state, described.type, len(described.members)), (ConsumerGroupState.STABLE, type_, 1), "described")
        equal(len(described.members[0].assignment.topic_partitions), 2, "assigned")
        error = refused(lambda: done(one.delete_consumer_groups([group])), KafkaException)
        equal(error.args[0].code(), KafkaError.NON_EMPTY_GROUP, "deleting it with a member")
        member.consumer.close()
        done(one.delete_consumer_groups([group]))


@check("admin-offsets", "a group's offsets are altered and listed; a member's group refuses it")
def admin_offsets():
    topic, group, one = new_topic(2), fresh("admin"), admin()
    offsets = [TopicPartition(topic, 0, 7), TopicPartition(topic, 1, 9)]
    done(one.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, offsets)]))
    found = done(one.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]))
    equal(sorted((it.partition, it.offset) for it in found.topic_partitions), [(0, 7), (1, 9)], "listed")
    member = Member(group, topic, **EAGER)
    until_members("it has both", [member], lambda: member.has(2))
    again = done(one.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, offsets)]))
    codes = {it.error.code() for it in again.topic_partitions if it.error}
    equal(codes, {KafkaError.UNKNOWN_MEMBER_ID}, "altering with a member")


@check("admin-list-offsets", "earliest, latest, of a time, of the largest timestamp; of both isolation levels")
def admin_list_offsets():
    topic, one = new_topic(1), admin()
    writing = transactional(fresh("txn"))
    fill(topic, 0, 0, 5)
    writing.begin_transaction()
    send(writing, topic, 0, 5, 2)
    partition = TopicPartition(topic, 0)
    for spec, level, wanted in [
        (OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED, 0), (OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED, 7),
        (OffsetSpec.latest(), IsolationLevel.READ_COMMITTED, 5), (OffsetSpec.for_timestamp(1), IsolationLevel.READ_UNCOMMITTED, 0),
    ]:
        equal(done(one.list_offsets({partition: spec}, isolation_level=level)).offset, wanted, f"{spec} {level}")
    largest = done(one.list_offsets({partition: OffsetSpec.max_timestamp()})).offset
    equal(0 <= largest < 7, True, f"largest timestamp at {largest}")
    writing.commit_transaction(30)


@check("admin-cluster", "brokers, the controller, the cluster's id")
def admin_cluster():
    described = admin().describe_cluster().result(timeout=LONG)
    equal(len(described.nodes) > 0 and described.cluster_id != "", True, "nodes and an id")
    equal(described.controller is not None, True, "a controller")


# Logging in and encryption.


def log_in(mechanism, password, servers_):
    one = AdminClient({
        "bootstrap.servers": servers_, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": mechanism,
        "sasl.username": USER, "sasl.password": password,
    })
    topic = fresh("security")
    done(one.create_topics([NewTopic(topic, 1, 1)], request_timeout=8, operation_timeout=8))
    done(one.delete_topics([topic]))


@check("sasl-plain", "PLAIN; a wrong password is refused", "PLAIN")
def sasl(mechanism):
    log_in(mechanism, PASSWORD, sasl_servers())
    refused(lambda: log_in(mechanism, "wrong", sasl_servers()), KafkaException)


check("sasl-scram-256", "SCRAM-SHA-256; a wrong password is refused", "SCRAM-SHA-256")(sasl)
check("sasl-scram-512", "SCRAM-SHA-512; a wrong password is refused", "SCRAM-SHA-512")(sasl)


@check("tls", "TLS with a certificate to trust; who does not trust it is not served")
def tls():
    def ask(**trust):
        one = AdminClient({"bootstrap.servers": tls_servers(), "security.protocol": "SSL", **trust})
        return len(one.list_topics(timeout=8).brokers)

    equal(ask(**{"ssl.ca.location": tls_ca()}) > 0, True, "brokers")
    refused(ask, KafkaException)


main(f"{libversion()[0]} (confluent-kafka {__version__})")
