// The checks of Kafka's Admin client: topics, records, settings, groups and their offsets, transactions, the cluster.

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

final class Administration {
    private Administration() {}

    private interface Body {
        void run(Admin admin) throws Exception;
    }

    static void add() {
        add("admin-topics", "topics are made, described by name and id, enlarged and deleted", Administration::topics);
        add("admin-records", "records are deleted up to an offset, which is the first one then", Administration::records);
        add("admin-configs", "a topic's and a broker's settings are altered and described; resources are listed", Administration::configs);
        add("admin-groups", "groups of both protocols are listed by type, described and deleted", Administration::groups);
        add("admin-offsets", "a group's offsets are altered, listed and deleted; with members they can't be", Administration::offsets);
        add("admin-list-offsets", "earliest, latest, of a time, of the largest timestamp; of both isolation levels", Administration::listOffsets);
        add("admin-cluster", "brokers, features, log directories, the quorum", Administration::cluster);
        add("admin-leaders", "preferred leaders are elected; no reassignment is under way", Administration::leaders);
        add("admin-transactions", "an open transaction is listed and described, its producer too", admin -> transactions(admin, false));
        add("admin-abort", "an open transaction is aborted from outside", admin -> transactions(admin, true));
        add("admin-fence", "producers are fenced by an administrator", Administration::fence);
    }

    private static void add(String name, String what, Body body) {
        Check.add(name, what, () -> {
            try (Admin admin = Admin.create(Clients.settings(Map.of()))) {
                body.run(admin);
            }
        });
    }

    private static void topics(Admin admin) throws Exception {
        String topic = Check.fresh("admin");
        var shape = List.of(new NewTopic(topic, Optional.of(2), Optional.empty()).configs(Map.of("retention.ms", "3600000")));
        var made = admin.createTopics(shape);
        Check.equal(made.config(topic).get().get("retention.ms").value(), "3600000", "retention.ms of the new topic");
        Check.refused(TopicExistsException.class, () -> admin.createTopics(shape).all().get());
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all().get();
        var id = made.topicId(topic).get();
        var byName = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        var byId = admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds().get().get(id);
        Check.equal(byName.partitions().size(), 5, "partitions by name");
        Check.equal(byId.name(), topic, "name by id");
        admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get();
        Check.until("it is gone", () -> !listed(admin).contains(topic));
    }

    static Collection<String> listed(Admin admin) {
        try {
            Thread.sleep(50);
            return admin.listTopics().names().get();
        } catch (Exception error) {
            throw new AssertionError(error);
        }
    }

    private static void records(Admin admin) throws Exception {
        String topic = Clients.newTopic(1);
        Clients.fill(topic, 0, 0, 20);
        var partition = new TopicPartition(topic, 0);
        var deleted = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(12))).lowWatermarks();
        Check.equal(deleted.get(partition).get().lowWatermark(), 12L, "low watermark");
        Clients.read(topic, 0, 12, 12, 8);
    }

    private static void configs(Admin admin) throws Exception {
        String topic = Clients.newTopic(1);
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        for (var type : List.of(AlterConfigOp.OpType.SET, AlterConfigOp.OpType.DELETE)) {
            var change = new AlterConfigOp(new ConfigEntry("retention.ms", "3600000"), type);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
            var entry = admin.describeConfigs(List.of(resource)).all().get().get(resource).get("retention.ms");
            boolean set = entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG && entry.value().equals("3600000");
            Check.equal(set, type == AlterConfigOp.OpType.SET, "after " + type + " " + entry);
        }
        int broker = admin.describeCluster().nodes().get().iterator().next().id();
        var ofBroker = new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(broker));
        var entries = admin.describeConfigs(List.of(ofBroker)).all().get().get(ofBroker);
        Check.equal(entries.get("num.partitions") != null, true, "num.partitions of a broker");
        admin.listConfigResources().all().get();
    }

    private static void groups(Admin admin) throws Exception {
        String topic = Clients.newTopic(2);
        for (var type : List.of(GroupType.CLASSIC, GroupType.CONSUMER)) {
            String group = Check.fresh("admin");
            try (var member = Clients.consumer(Map.of("group.id", group, "group.protocol", type.toString().toLowerCase()))) {
                member.subscribe(List.of(topic));
                Check.until("it has both", () -> {
                    member.poll(Duration.ofMillis(50));
                    return member.assignment().size() == 2;
                });
                var listed = admin.listGroups(new ListGroupsOptions().withTypes(Set.of(type))).all().get();
                Check.equal(listed.stream().anyMatch(it -> it.groupId().equals(group)), true, "listed as " + type);
                var described = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
                Check.equal(described.type(), type, "type");
                var assigned = described.members().iterator().next().assignment().topicPartitions();
                Check.equal(assigned.size(), 2, "partitions");
                Check.refused(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
            }
            admin.deleteConsumerGroups(List.of(group)).all().get();
        }
    }

    private static void offsets(Admin admin) throws Exception {
        String topic = Clients.newTopic(2);
        String group = Check.fresh("admin");
        var first = new TopicPartition(topic, 0);
        var second = new TopicPartition(topic, 1);
        var offsets = Map.of(first, new OffsetAndMetadata(7, "seven"), second, new OffsetAndMetadata(9));
        admin.alterConsumerGroupOffsets(group, offsets).all().get();
        admin.deleteConsumerGroupOffsets(group, Set.of(second)).all().get();
        var found = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        Check.equal(found, Map.of(first, new OffsetAndMetadata(7, "seven")), "listed");
        try (var member = Clients.consumer(Map.of("group.id", group))) {
            member.subscribe(List.of(topic));
            Check.until("it has both", () -> {
                member.poll(Duration.ofMillis(50));
                return member.assignment().size() == 2;
            });
            Check.refused(UnknownMemberIdException.class, () -> admin.alterConsumerGroupOffsets(group, offsets).all().get());
            admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions()).all().get();
        }
    }

    private static void listOffsets(Admin admin) throws Exception {
        String topic = Clients.newTopic(1);
        Clients.fill(topic, 0, 0, 5);
        try (var open = Clients.transactional(Check.fresh("txn"), "15000")) {
            open.beginTransaction();
            Clients.send(open, topic, 0, 5, 2);
            Check.equal(listed(admin, topic, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED), 0L, "earliest");
            Check.equal(listed(admin, topic, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED), 7L, "latest");
            Check.equal(listed(admin, topic, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED), 5L, "last stable");
            Check.equal(listed(admin, topic, OffsetSpec.forTimestamp(1), IsolationLevel.READ_UNCOMMITTED), 0L, "of a time");
            Check.equal(listed(admin, topic, OffsetSpec.maxTimestamp(), IsolationLevel.READ_UNCOMMITTED) >= 0, true, "largest timestamp");
            Check.equal(listed(admin, topic, OffsetSpec.earliestLocal(), IsolationLevel.READ_UNCOMMITTED), 0L, "earliest local");
            open.commitTransaction();
        }
    }

    private static long listed(Admin admin, String topic, OffsetSpec spec, IsolationLevel level) throws Exception {
        var partition = new TopicPartition(topic, 0);
        return admin.listOffsets(Map.of(partition, spec), new ListOffsetsOptions(level)).partitionResult(partition).get().offset();
    }

    private static void cluster(Admin admin) throws Exception {
        var described = admin.describeCluster();
        int brokers = described.nodes().get().size();
        Check.equal(brokers > 0 && !described.clusterId().get().isEmpty() && described.controller().get() != null, true, "described");
        List<Integer> ids = described.nodes().get().stream().map(it -> it.id()).toList();
        Check.equal(admin.describeLogDirs(ids).allDescriptions().get().size(), brokers, "brokers with folders");
        Check.equal(admin.describeFeatures().featureMetadata().get().finalizedFeatures().isEmpty(), false, "no features");
        Check.equal(admin.describeMetadataQuorum().quorumInfo().get().voters().isEmpty(), false, "no voters");
    }

    private static void leaders(Admin admin) throws Exception {
        var partition = new TopicPartition(Clients.newTopic(1), 0);
        var elected = admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).partitions().get().get(partition);
        boolean fine = elected.isEmpty() || elected.get() instanceof ElectionNotNeededException;
        Check.equal(fine, true, "elected: " + elected);
        Check.equal(admin.listPartitionReassignments(Set.of(partition)).reassignments().get(), Map.of(), "reassignments");
    }

    private static void transactions(Admin admin, boolean abort) throws Exception {
        String topic = Clients.newTopic(1);
        String id = Check.fresh("txn");
        var partition = new TopicPartition(topic, 0);
        var open = Clients.transactional(id, "60000");
        open.beginTransaction();
        Clients.send(open, topic, 0, 0, 1);
        var listed = admin.listTransactions(new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING))).all().get();
        Check.equal(listed.stream().anyMatch(it -> it.transactionalId().equals(id)), true, "listed");
        var described = admin.describeTransactions(List.of(id)).description(id).get();
        Check.equal(described.state(), TransactionState.ONGOING, "state");
        Check.equal(described.topicPartitions(), Set.of(partition), "partitions");
        var producers = admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers();
        var one = producers.get(0);
        Check.equal(one.currentTransactionStartOffset().getAsLong(), 0L, "start of the transaction");
        if (!abort) {
            open.abortTransaction();
            return;
        }
        int coordinator = one.coordinatorEpoch().orElse(-1);
        var spec = new AbortTransactionSpec(partition, one.producerId(), (short) one.producerEpoch(), coordinator);
        admin.abortTransaction(spec).all().get();
        Clients.fill(topic, 0, 7, 1);
        Clients.read(topic, 0, 0, 7, 1, "read_committed");
    }

    private static void fence(Admin admin) throws Exception {
        String topic = Clients.newTopic(1);
        String id = Check.fresh("txn");
        var open = Clients.transactional(id, "60000");
        open.beginTransaction();
        Clients.send(open, topic, 0, 0, 1);
        admin.fenceProducers(List.of(id)).all().get();
        Check.refused(KafkaException.class, () -> {
            Clients.send(open, topic, 0, 1, 1);
            open.commitTransaction();
        });
    }
}
