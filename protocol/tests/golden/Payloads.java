import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DefaultPrincipalData;
import org.apache.kafka.common.message.EndTxnMarker;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.record.internal.ControlRecordType;

/**
 * Writes golden/payloads.txt: what Kafka's own classes make of known values, for each type and version of record that
 * its coordinators and its quorum keep, and for what assignors say of themselves. A line is `what number hex value`;
 * the value is what Rust's `{:?}` prints of the same, without the structs' names.
 *
 * java -cp 'JARS/*' protocol/tests/golden/Payloads.java protocol/tests/golden
 *
 * with Kafka's own jars: clients, coordinator-common, group-coordinator, transaction-coordinator, share-coordinator,
 * and those that they depend on.
 */
public class Payloads {
    static PrintStream to;

    public static void main(String[] args) throws Exception {
        to = new PrintStream(Path.of(args[0]).resolve("payloads.txt").toFile());
        for (String log : List.of("group", "transaction", "share")) {
            Class<?> types = Class.forName("org.apache.kafka.coordinator." + log + ".generated.CoordinatorRecordType");
            for (Object type : types.getEnumConstants()) {
                records(log, (short) call(type, "id"), (ApiMessage) call(type, "newRecordKey"),
                    (ApiMessage) call(type, "newRecordValue"));
            }
        }
        control(ControlRecordType.ABORT, new EndTxnMarker(), true);
        control(ControlRecordType.COMMIT, new EndTxnMarker(), true);
        control(ControlRecordType.LEADER_CHANGE, new LeaderChangeMessage(), false);
        control(ControlRecordType.SNAPSHOT_HEADER, new SnapshotHeaderRecord(), false);
        control(ControlRecordType.SNAPSHOT_FOOTER, new SnapshotFooterRecord(), false);
        control(ControlRecordType.KRAFT_VERSION, new KRaftVersionRecord(), false);
        control(ControlRecordType.KRAFT_VOTERS, new VotersRecord(), false);
        for (Payloads sample : samples((short) 0)) {
            Message principal = sample.fill(new DefaultPrincipalData());
            line("principal", 0, MessageUtil.toVersionPrefixedByteBuffer((short) 0, principal), sample.show(principal));
        }
        sticky();
        to.close();
    }

    /** Keys and values of one type. */
    static void records(String log, short type, ApiMessage key, ApiMessage value) throws Exception {
        Payloads of = new Payloads((short) 0, Values.SET);
        of.fill(key);
        line(log + "-key", type, MessageUtil.toCoordinatorTypePrefixedByteBuffer(key), of.show(key));
        for (short version = value.lowestSupportedVersion(); version <= value.highestSupportedVersion(); version++) {
            for (Payloads sample : samples(version)) {
                Message filled = sample.fill(value.getClass().getDeclaredConstructor().newInstance());
                ByteBuffer bytes = MessageUtil.toVersionPrefixedByteBuffer(version, filled);
                line(log + "-value", type, bytes, sample.show(filled));
            }
        }
    }

    /** Key and value in one, the key being of four bytes. */
    static void control(ControlRecordType type, Message message, boolean prefixed) throws Exception {
        for (short version = 0; version <= message.highestSupportedVersion(); version++) {
            for (Payloads sample : samples(version)) {
                Message filled = sample.fill(message.getClass().getDeclaredConstructor().newInstance());
                if (!prefixed) {
                    call(filled, "setVersion", version);
                }
                ByteBuffer value = prefixed
                    ? MessageUtil.toVersionPrefixedByteBuffer(version, filled)
                    : MessageUtil.toByteBufferAccessor(filled, version).buffer();
                ByteBuffer both = ByteBuffer.allocate(4 + value.remaining()).put(type.recordKey()).put(value).flip();
                line("control", type.type(), both, sample.show(filled));
            }
        }
    }

    static void sticky() throws Exception {
        List<TopicPartition> had = List.of(new TopicPartition("orders", 0), new TopicPartition("orders", 2));
        String shown = "{ previous_assignment: [{ topic: \"orders\", partitions: [0, 2] }], generation: ";
        ConsumerGroupMetadata group = new ConsumerGroupMetadata("billing", 7, "member", Optional.empty());
        StickyAssignor sticky = new StickyAssignor();
        sticky.onAssignment(new Assignment(had), group);
        line("sticky", 1, sticky.subscriptionUserData(Set.of()), shown + "Some(7) }");
        line("sticky", 0, oldSticky("orders", 0, 2), shown + "None }");
        CooperativeStickyAssignor cooperative = new CooperativeStickyAssignor();
        line("cooperative", 0, cooperative.subscriptionUserData(Set.of()), "{ generation: -1 }");
        cooperative.onAssignment(new Assignment(had), group);
        line("cooperative", 0, cooperative.subscriptionUserData(Set.of()), "{ generation: 7 }");
    }

    /** As clients before Kafka 2.3 wrote it, by the schema that today's still reads it with. */
    static ByteBuffer oldSticky(String topic, Object... partitions) throws Exception {
        Schema schema = (Schema) constant(StickyAssignor.class, "STICKY_ASSIGNOR_USER_DATA_V0");
        Schema ofTopic = (Schema) constant(StickyAssignor.class, "TOPIC_ASSIGNMENT");
        Struct assigned = new Struct(ofTopic).set("topic", topic).set("partitions", partitions);
        Struct all = new Struct(schema).set("previous_assignment", new Object[] {assigned});
        ByteBuffer bytes = ByteBuffer.allocate(schema.sizeOf(all));
        schema.write(bytes, all);
        return bytes.flip();
    }

    static void line(String what, int number, ByteBuffer bytes, String shown) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        to.println(what + " " + number + " " + HexFormat.of().formatHex(copy) + " " + shown);
    }

    enum Values {
        /** All fields that the version has are set to something of their own, and a tagged field is from the future. */
        SET,
        /** As they are when nobody sets them. */
        DEFAULT,
        /** Null wherever it may stand; arrays of structs have one that is like this. */
        NULL
    }

    final short version;
    final Values values;
    int counter = 0;

    Payloads(short version, Values values) {
        this.version = version;
        this.values = values;
    }

    static List<Payloads> samples(short version) {
        List<Payloads> samples = new ArrayList<>();
        for (Values values : Values.values()) {
            samples.add(new Payloads(version, values));
        }
        return samples;
    }

    <T extends Message> T fill(T message) throws Exception {
        Map<String, org.apache.kafka.common.protocol.types.Field> inVersion = fields(message.getClass(), version);
        for (Field field : members(message.getClass())) {
            var schema = inVersion.get(snake(field.getName()));
            if (schema == null) {
                continue;
            }
            boolean inner = field.get(message) instanceof Collection || field.get(message) instanceof Message;
            if (values == Values.NULL && schema.type.isNullable()) {
                field.set(message, null);
            } else if (values == Values.SET || values == Values.NULL && inner) {
                field.set(message, value(field, field.getType()));
            }
        }
        if (values == Values.SET && isFlexible(message.getClass(), version)) {
            message.unknownTaggedFields().add(new RawTaggedField(1000, new byte[] {1, 2}));
        }
        return message;
    }

    Object value(Field field, Class<?> type) throws Exception {
        int n = ++counter;
        if (Collection.class.isAssignableFrom(type)) {
            return elements(field, type);
        }
        return switch (type.getSimpleName()) {
            case "boolean" -> true;
            case "byte", "Byte" -> (byte) n;
            case "short", "Short" -> (short) (0x0100 + n);
            // Ports are ints, too, of 16 bits.
            case "int", "Integer" -> field.getName().equals("port") ? 0xff00 + n : 0x01020300 + n;
            case "long", "Long" -> 0x0102030405060700L + n;
            case "String" -> snake(field.getName()) + " " + n;
            case "Uuid" -> new Uuid(0x0102030405060708L, n);
            case "byte[]" -> new byte[] {(byte) n, 0, (byte) 0xff};
            case "ByteBuffer" -> ByteBuffer.wrap(new byte[] {(byte) n, 0, (byte) 0xff});
            default -> fill((Message) type.getDeclaredConstructor().newInstance());
        };
    }

    @SuppressWarnings("unchecked")
    Collection<Object> elements(Field field, Class<?> type) throws Exception {
        boolean plain = type == List.class;
        var generic = (ParameterizedType) (plain ? field.getGenericType() : type.getGenericSuperclass());
        Class<?> element = (Class<?>) generic.getActualTypeArguments()[0];
        Collection<Object> elements = plain
            ? new ArrayList<>()
            : (Collection<Object>) type.getDeclaredConstructor().newInstance();
        for (int i = 0; i < (values == Values.SET && counter < 20 ? 2 : 1); i++) {
            elements.add(value(field, element));
        }
        return elements;
    }

    // What generated classes say of themselves

    static Map<String, org.apache.kafka.common.protocol.types.Field> fields(Class<?> type, short version)
            throws Exception {
        var found = new TreeMap<String, org.apache.kafka.common.protocol.types.Field>();
        for (var field : ((Schema[]) constant(type, "SCHEMAS"))[version].fields()) {
            if (field.def.type instanceof TaggedFields tagged) {
                tagged.fields().values().forEach(it -> found.put(it.name, it));
            } else {
                found.put(field.def.name, field.def);
            }
        }
        return found;
    }

    static boolean isFlexible(Class<?> type, short version) throws Exception {
        var fields = ((Schema[]) constant(type, "SCHEMAS"))[version].fields();
        return fields.length > 0 && fields[fields.length - 1].def.type instanceof TaggedFields;
    }

    static short newest(Class<?> type) throws Exception {
        return (short) (((Schema[]) constant(type, "SCHEMAS")).length - 1);
    }

    static List<Field> members(Class<?> type) {
        List<Field> members = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            boolean isMember = !field.getName().startsWith("_")
                && !Modifier.isStatic(field.getModifiers())
                && !List.of("next", "prev").contains(field.getName());
            if (isMember) {
                field.setAccessible(true);
                members.add(field);
            }
        }
        return members;
    }

    static Object constant(Class<?> type, String name) throws Exception {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(null);
    }

    static Object call(Object on, String name, Object... arguments) throws Exception {
        for (Method method : on.getClass().getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
                return method.invoke(on, arguments);
            }
        }
        throw new NoSuchMethodException(name);
    }

    // As Rust prints it

    String show(Message message) throws Exception {
        List<String> shown = new ArrayList<>();
        var inNewest = fields(message.getClass(), newest(message.getClass()));
        var inVersion = fields(message.getClass(), version);
        for (Field field : members(message.getClass())) {
            String name = snake(field.getName());
            Object value = field.get(message);
            // A field that only old versions have is never nullable.
            boolean nullable = inNewest.containsKey(name) && inNewest.get(name).type.isNullable();
            boolean lacking = !inVersion.containsKey(name);
            String text = nullable
                ? value == null || lacking ? "None" : "Some(" + showValue(value) + ")"
                : showValue(value);
            shown.add(name + ": " + text);
        }
        if (isFlexible(message.getClass(), newest(message.getClass()))) {
            boolean unknown = !message.unknownTaggedFields().isEmpty();
            shown.add("unknown_tagged_fields: " + (unknown ? "{1000: [1, 2]}" : "{}"));
        }
        return "{ " + String.join(", ", shown) + " }";
    }

    String showValue(Object value) throws Exception {
        if (value instanceof Collection<?> elements) {
            List<String> shown = new ArrayList<>();
            for (Object element : elements) {
                shown.add(showValue(element));
            }
            return shown.toString();
        }
        if (value instanceof Message message) {
            return show(message);
        }
        if (value instanceof byte[] || value instanceof ByteBuffer) {
            List<Integer> bytes = new ArrayList<>();
            for (byte b : value instanceof ByteBuffer buffer ? buffer.array() : (byte[]) value) {
                bytes.add(b & 0xff);
            }
            return bytes.toString();
        }
        if (value instanceof String) {
            return "\"" + value + "\"";
        }
        return value instanceof Uuid ? "Uuid(" + value + ")" : "" + value;
    }

    static String snake(String name) {
        return name.replaceAll("(?<!^)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
