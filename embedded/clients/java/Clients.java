// The checks of Kafka's own Java client: producing, consuming, groups of both protocols, transactions, logging in, TLS.
// Administration is in Administration.java.

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

final class Clients {
    private static final Map<String, String> RANGE = assignor("RangeAssignor");
    private static final Map<String, String> ROUND_ROBIN = assignor("RoundRobinAssignor");
    private static final Map<String, String> COOPERATIVE = assignor("CooperativeStickyAssignor");
    private static final Map<String, String> CONSUMER = Map.of("group.protocol", "consumer");

    public static void main(String[] arguments) throws Exception {
        Check.add("produce-acks", "acks 0, 1 and all; the broker says where a record is", Clients::produceAcks);
        Check.add("produce-codecs", "gzip, snappy, lz4 and zstd come back as they were", Clients::produceCodecs);
        Check.add("produce-idempotent", "the idempotent producer, many batches in flight, in order", Clients::produceIdempotent);
        Check.add("produce-too-large", "a record above max.message.bytes is refused, and the next one taken", Clients::produceTooLarge);
        Check.add("consume-offsets", "from the start, an offset between; out of range resets; both ends", Clients::consumeOffsets);
        Check.add("consume-timestamps", "the offset of a time, between records and past the last", Clients::consumeTimestamps);
        Check.add("consume-long-poll", "a fetch that waits is answered when a record comes", Clients::consumeLongPoll);
        Check.add("consume-sessions", "fetch sessions: twelve partitions, one of them left and taken again", Clients::consumeSessions);
        Check.add("group-range", "a second member takes half; it leaves, and the first has all again", () -> shared(RANGE));
        Check.add("group-round-robin", "the same with the round robin assignor", () -> shared(ROUND_ROBIN));
        Check.add("group-cooperative", "the same with the cooperative sticky assignor", () -> shared(COOPERATIVE));
        Check.add("group-consumer", "the same with the consumer protocol (KIP-848)", () -> shared(CONSUMER));
        Check.add("group-resume", "what a member has committed is where the next one begins", () -> resume(RANGE));
        Check.add("group-consumer-resume", "the same with the consumer protocol", () -> resume(CONSUMER));
        Check.add("group-static", "a static member comes back to its partitions without a rebalance of the other", () -> statics(RANGE));
        Check.add("group-consumer-static", "the same with the consumer protocol", () -> statics(CONSUMER));
        Check.add("group-consumer-regex", "the broker resolves a pattern for a member of the consumer protocol", Clients::regex);
        Check.add("group-upgrade", "a member of the consumer protocol joins a classic group, and the classic one leaves", Clients::upgrade);
        Check.add("txn-commit-abort", "read_committed sees what was committed, and nothing of what was aborted", Clients::commitAbort);
        Check.add("txn-process", "consume, transform, produce: offsets are committed with the transaction only", () -> process(RANGE));
        Check.add("txn-process-consumer", "the same with the consumer protocol", () -> process(CONSUMER));
        Check.add("txn-fencing", "a second producer of one transactional id fences the first", Clients::fencing);
        Check.add("txn-timeout", "a transaction that nobody ends is aborted by the coordinator", Clients::timeout);
        Administration.add();
        Check.add("sasl-plain", "PLAIN; a wrong password is refused", () -> logIn("PLAIN", "plain.PlainLoginModule"));
        Check.add("sasl-scram-256", "SCRAM-SHA-256; a wrong password is refused", () -> logIn("SCRAM-SHA-256", "scram.ScramLoginModule"));
        Check.add("sasl-scram-512", "SCRAM-SHA-512; a wrong password is refused", () -> logIn("SCRAM-SHA-512", "scram.ScramLoginModule"));
        Check.add("tls", "TLS with a certificate to trust; who does not trust it is not served", Clients::tls);
        Check.main(arguments);
    }

    private static Map<String, String> assignor(String name) {
        return Map.of("partition.assignment.strategy", "org.apache.kafka.clients.consumer." + name,
            "session.timeout.ms", "6000", "heartbeat.interval.ms", "300");
    }

    // What all checks are made of.

    static Properties settings(Map<String, String> more) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", Check.servers());
        settings.put("metadata.max.age.ms", "2000");
        settings.put("default.api.timeout.ms", "30000");
        settings.putAll(more);
        return settings;
    }

    static String newTopic(int partitions) throws Exception {
        String topic = Check.fresh("java");
        try (Admin admin = Admin.create(settings(Map.of()))) {
            // How it is answered is for admin-topics to judge.
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)));
            Check.until("the topic is there", () -> Administration.listed(admin).contains(topic));
        }
        return topic;
    }

    static KafkaProducer<String, String> producer(Map<String, String> more) {
        return new KafkaProducer<>(settings(more), new StringSerializer(), new StringSerializer());
    }

    static KafkaConsumer<String, String> consumer(Map<String, String> more) {
        Properties settings = settings(more);
        settings.putIfAbsent("group.id", Check.fresh("group"));
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.put("allow.auto.create.topics", "false");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    /** Produces the values first, first+1, … and waits; gives the offset of the last. */
    static long send(KafkaProducer<String, String> to, String topic, int partition, int first, int count) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int value = first; value < first + count; value++) {
            var headers = List.<org.apache.kafka.common.header.Header>of(new RecordHeader("h", new byte[] {'v'}));
            sent.add(to.send(new ProducerRecord<>(topic, partition, "key", String.valueOf(value), headers)));
        }
        to.flush();
        long last = -1;
        for (var one : sent) {
            last = one.get().offset();
        }
        return last;
    }

    static long fill(String topic, int partition, int first, int count) throws Exception {
        try (var one = producer(Map.of())) {
            return send(one, topic, partition, first, count);
        }
    }

    static List<ConsumerRecord<String, String>> take(KafkaConsumer<String, String> from, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        Check.until(count + " records", () -> {
            from.poll(Duration.ofMillis(100)).forEach(records::add);
            return records.size() >= count;
        });
        return records;
    }

    /** The records of a partition from an offset on: their values have to count up. */
    static void read(String topic, int partition, long offset, int first, int count, String... isolation) {
        try (var one = consumer(isolation.length > 0 ? Map.of("isolation.level", isolation[0]) : Map.of())) {
            one.assign(List.of(new TopicPartition(topic, partition)));
            one.seek(new TopicPartition(topic, partition), offset);
            var records = take(one, count);
            for (int at = 0; at < count; at++) {
                Check.equal(records.get(at).value(), String.valueOf(first + at), "value");
            }
        }
    }

    // Producing.

    private static void produceAcks() throws Exception {
        String topic = newTopic(1);
        int value = 0;
        for (String acks : List.of("1", "all", "0")) {
            try (var one = producer(Map.of("acks", acks, "enable.idempotence", "false"))) {
                Check.equal(send(one, topic, 0, value, 1), acks.equals("0") ? -1L : value, "acks " + acks);
            }
            value++;
        }
        read(topic, 0, 0, 0, 3);
    }

    private static void produceCodecs() throws Exception {
        List<String> codecs = List.of("none", "gzip", "snappy", "lz4", "zstd");
        String topic = newTopic(codecs.size());
        for (int partition = 0; partition < codecs.size(); partition++) {
            try (var one = producer(Map.of("compression.type", codecs.get(partition), "linger.ms", "50"))) {
                send(one, topic, partition, 0, 200);
            }
            read(topic, partition, 0, 0, 200);
        }
    }

    private static void produceIdempotent() throws Exception {
        String topic = newTopic(1);
        try (var one = producer(Map.of("enable.idempotence", "true", "batch.size", "500"))) {
            Check.equal(send(one, topic, 0, 0, 2000), 1999L, "the last");
        }
        read(topic, 0, 0, 0, 2000);
    }

    private static void produceTooLarge() throws Exception {
        String topic = newTopic(1);
        try (var one = producer(Map.of("max.request.size", "8000000", "buffer.memory", "33554432"))) {
            var large = new ProducerRecord<>(topic, "key", "x".repeat(2 << 20));
            Check.refused(RecordTooLargeException.class, () -> one.send(large).get());
            Check.equal(send(one, topic, 0, 0, 1), 0L, "the next one");
        }
    }

    // Consuming.

    private static void consumeOffsets() throws Exception {
        String topic = newTopic(1);
        fill(topic, 0, 0, 30);
        read(topic, 0, 0, 0, 30);
        read(topic, 0, 17, 17, 13);
        read(topic, 0, 99, 0, 30);
        var partition = new TopicPartition(topic, 0);
        try (var one = consumer(Map.of())) {
            Check.equal(one.beginningOffsets(List.of(partition)).get(partition), 0L, "begins");
            Check.equal(one.endOffsets(List.of(partition)).get(partition), 30L, "ends");
        }
    }

    private static void consumeTimestamps() throws Exception {
        String topic = newTopic(1);
        long begin = (System.currentTimeMillis() / 1000 - 3600) * 1000;
        try (var one = producer(Map.of())) {
            for (int minute = 0; minute < 10; minute++) {
                one.send(new ProducerRecord<>(topic, 0, begin + minute * 60_000L, "key", "value")).get();
            }
        }
        var partition = new TopicPartition(topic, 0);
        try (var one = consumer(Map.of())) {
            long[][] wanted = {{0, 0}, {240_000, 4}, {241_000, 5}, {3_600_000, -1}};
            for (long[] pair : wanted) {
                var found = one.offsetsForTimes(Map.of(partition, begin + pair[0])).get(partition);
                Check.equal(found == null ? -1L : found.offset(), pair[1], "after " + pair[0] + " ms");
            }
        }
    }

    private static void consumeLongPoll() throws Exception {
        String topic = newTopic(1);
        try (var one = consumer(Map.of("fetch.max.wait.ms", "10000"))) {
            one.assign(List.of(new TopicPartition(topic, 0)));
            one.poll(Duration.ofMillis(1500));
            long begin = System.currentTimeMillis();
            fill(topic, 0, 0, 1);
            take(one, 1);
            Check.equal(System.currentTimeMillis() - begin < 6000, true, "it came in time");
        }
    }

    private static void consumeSessions() throws Exception {
        String topic = newTopic(12);
        List<TopicPartition> all = new ArrayList<>();
        for (int partition = 0; partition < 12; partition++) {
            fill(topic, partition, 0, 5);
            all.add(new TopicPartition(topic, partition));
        }
        try (var one = consumer(Map.of())) {
            one.assign(all);
            take(one, 60);
            one.pause(List.of(all.get(3)));
            fill(topic, 3, 5, 1);
            fill(topic, 7, 5, 1);
            Check.equal(take(one, 1).get(0).partition(), 7, "the one that is not paused");
            one.resume(List.of(all.get(3)));
            Check.equal(take(one, 1).get(0).partition(), 3, "the one that was paused");
            one.assign(all.subList(0, 2));
            fill(topic, 11, 5, 1);
            fill(topic, 1, 5, 1);
            Check.equal(take(one, 1).get(0).partition(), 1, "the one that is still assigned");
        }
    }

    // Groups.

    /** A member of a group, which remembers what it was given and what it read. */
    private static final class Member implements ConsumerRebalanceListener, AutoCloseable {
        final KafkaConsumer<String, String> consumer;
        final List<ConsumerRecord<String, String>> records = new ArrayList<>();
        int rebalances;

        Member(String group, String topic, Map<String, String> protocol, Map<String, String> more) {
            this(group, protocol, more);
            consumer.subscribe(List.of(topic), this);
        }

        private Member(String group, Map<String, String> protocol, Map<String, String> more) {
            var settings = new java.util.HashMap<>(protocol);
            settings.put("group.id", group);
            settings.putAll(more);
            consumer = Clients.consumer(settings);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            rebalances += partitions.isEmpty() ? 0 : 1;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            rebalances += partitions.isEmpty() ? 0 : 1;
        }

        void poll() {
            consumer.poll(Duration.ofMillis(50)).forEach(records::add);
        }

        boolean has(int count) {
            return consumer.assignment().size() == count;
        }

        Set<Integer> partitions() {
            Set<Integer> partitions = new TreeSet<>();
            consumer.assignment().forEach(it -> partitions.add(it.partition()));
            return partitions;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    private static void until(String what, List<Member> members, BooleanSupplier holds) {
        Check.until(what, () -> {
            members.forEach(Member::poll);
            return holds.getAsBoolean();
        });
    }

    private static void shared(Map<String, String> protocol) throws Exception {
        String topic = newTopic(6);
        String group = Check.fresh("group");
        try (var first = new Member(group, topic, protocol, Map.of())) {
            until("one member has all six", List.of(first), () -> first.has(6));
            try (var second = new Member(group, topic, protocol, Map.of())) {
                until("each has three", List.of(first, second), () -> first.has(3) && second.has(3));
                for (int partition = 0; partition < 6; partition++) {
                    fill(topic, partition, 0, 2);
                }
                until("each reads its six", List.of(first, second), () -> first.records.size() == 6 && second.records.size() == 6);
            }
            until("the first has all six again", List.of(first), () -> first.has(6));
        }
    }

    private static void resume(Map<String, String> protocol) throws Exception {
        String topic = newTopic(1);
        String group = Check.fresh("group");
        var partition = new TopicPartition(topic, 0);
        for (int round = 0; round < 2; round++) {
            fill(topic, 0, round * 10, 10);
            try (var one = new Member(group, topic, protocol, Map.of())) {
                until("ten records", List.of(one), () -> one.records.size() == 10);
                Check.equal(one.records.get(0).offset(), round * 10L, "begins");
                one.consumer.commitSync();
                Check.equal(one.consumer.committed(Set.of(partition)).get(partition).offset(), round * 10L + 10, "committed");
            }
        }
    }

    private static void statics(Map<String, String> protocol) throws Exception {
        String topic = newTopic(4);
        String group = Check.fresh("group");
        Map<String, String> patient = protocol == CONSUMER ? Map.of() : Map.of("session.timeout.ms", "30000");
        var settings = new java.util.HashMap<>(protocol);
        settings.putAll(patient);
        try (var one = new Member(group, topic, settings, Map.of("group.instance.id", "one"))) {
            var two = new Member(group, topic, settings, Map.of("group.instance.id", "two"));
            until("each has two", List.of(one, two), () -> one.has(2) && two.has(2));
            Set<Integer> had = two.partitions();
            int before = one.rebalances;
            two.close();
            var again = new Member(group, topic, settings, Map.of("group.instance.id", "two"));
            until("it has its two again", List.of(one, again), () -> again.has(2));
            Check.equal(again.partitions(), had, "its partitions");
            Check.equal(one.rebalances, before, "rebalances of the other");
            again.close();
        }
    }

    private static void regex() throws Exception {
        String topic = newTopic(3);
        try (var one = new Member(Check.fresh("group"), CONSUMER, Map.of())) {
            one.consumer.subscribe(new SubscriptionPattern(topic + ".*"));
            until("it has all three", List.of(one), () -> one.has(3));
        }
    }

    private static void upgrade() throws Exception {
        String topic = newTopic(4);
        String group = Check.fresh("group");
        try (var classic = new Member(group, topic, COOPERATIVE, Map.of())) {
            until("the classic member has all four", List.of(classic), () -> classic.has(4));
            try (var modern = new Member(group, topic, CONSUMER, Map.of())) {
                until("each has two", List.of(classic, modern), () -> classic.has(2) && modern.has(2));
                classic.consumer.close();
                until("the new one has all four", List.of(modern), () -> modern.has(4));
            }
        }
    }

    // Transactions.

    static KafkaProducer<String, String> transactional(String id, String timeout) {
        var one = producer(Map.of("transactional.id", id, "transaction.timeout.ms", timeout, "max.block.ms", "30000"));
        one.initTransactions();
        return one;
    }

    private static void commitAbort() throws Exception {
        String topic = newTopic(1);
        try (var one = transactional(Check.fresh("txn"), "15000")) {
            for (int first : List.of(0, 100, 5)) {
                one.beginTransaction();
                send(one, topic, 0, first, 5);
                if (first == 100) {
                    one.abortTransaction();
                } else {
                    one.commitTransaction();
                }
            }
        }
        read(topic, 0, 0, 0, 10, "read_committed");
        read(topic, 0, 6, 100, 5, "read_uncommitted");
    }

    private static void process(Map<String, String> protocol) throws Exception {
        String source = newTopic(1);
        String target = newTopic(1);
        fill(source, 0, 0, 10);
        var partition = new TopicPartition(source, 0);
        try (var member = new Member(Check.fresh("process"), source, protocol, Map.of());
            var one = transactional(Check.fresh("txn"), "15000")) {
            until("ten records", List.of(member), () -> member.records.size() == 10);
            for (boolean commit : List.of(true, false)) {
                one.beginTransaction();
                send(one, target, 0, commit ? 0 : 90, 4);
                var next = Map.of(partition, new OffsetAndMetadata(commit ? 4 : 9));
                one.sendOffsetsToTransaction(next, member.consumer.groupMetadata());
                if (commit) {
                    one.commitTransaction();
                } else {
                    one.abortTransaction();
                }
                Check.equal(member.consumer.committed(Set.of(partition)).get(partition).offset(), 4L, "committed");
            }
        }
        read(target, 0, 0, 0, 4, "read_committed");
    }

    private static void fencing() throws Exception {
        String topic = newTopic(1);
        String id = Check.fresh("txn");
        var first = transactional(id, "15000");
        first.beginTransaction();
        send(first, topic, 0, 50, 1);
        try (var second = transactional(id, "15000")) {
            second.beginTransaction();
            send(second, topic, 0, 0, 3);
            second.commitTransaction();
        }
        Check.refused(KafkaException.class, () -> {
            send(first, topic, 0, 60, 1);
            first.commitTransaction();
        });
        read(topic, 0, 0, 0, 3, "read_committed");
    }

    private static void timeout() throws Exception {
        String topic = newTopic(1);
        var one = transactional(Check.fresh("txn"), "2000");
        one.beginTransaction();
        send(one, topic, 0, 50, 1);
        fill(topic, 0, 0, 3);
        read(topic, 0, 0, 0, 3, "read_committed");
    }

    // Logging in and encryption.

    private static void logIn(String mechanism, String module) throws Exception {
        ask(logsIn(mechanism, module, Check.PASSWORD));
        Check.refused(AuthenticationException.class, () -> ask(logsIn(mechanism, module, "wrong")));
    }

    private static Map<String, String> logsIn(String mechanism, String module, String password) {
        return Map.of("bootstrap.servers", System.getenv("CLIENTS_SASL_SERVERS"), "security.protocol", "SASL_PLAINTEXT",
            "sasl.mechanism", mechanism, "sasl.jaas.config", String.format(
                "org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s\";", module, Check.USER, password));
    }

    private static void tls() throws Exception {
        String servers = System.getenv("CLIENTS_TLS_SERVERS");
        ask(Map.of("bootstrap.servers", servers, "security.protocol", "SSL", "ssl.truststore.type", "PEM",
            "ssl.truststore.location", System.getenv("CLIENTS_TLS_CA")));
        Check.refused(AuthenticationException.class, () -> ask(Map.of("bootstrap.servers", servers, "security.protocol", "SSL")));
    }

    private static void ask(Map<String, String> more) throws Exception {
        try (Admin admin = Admin.create(settings(more))) {
            Check.equal(admin.describeCluster().nodes().get().isEmpty(), false, "no brokers");
        }
    }
}
