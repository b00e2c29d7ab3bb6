import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Writes the golden files: what Kafka's own classes make of known values, in each version whose layout differs
 * from the one before. A line is `version hex value`; the value is what Rust's `{:?}` prints of the same message.
 *
 * java -cp kafka-clients-4.3.0.jar:jackson-databind.jar:jackson-core.jar:jackson-annotations.jar:slf4j-api.jar \
 *     protocol/tests/golden/Golden.java protocol/tests/golden
 */
public class Golden {
    static final List<String> APIS = List.of(
        "Produce", "Fetch", "ListOffsets", "Metadata", "OffsetCommit", "OffsetFetch", "FindCoordinator",
        "JoinGroup", "Heartbeat", "LeaveGroup", "SyncGroup", "DescribeGroups", "ListGroups", "ApiVersions",
        "CreateTopics", "DeleteTopics", "InitProducerId", "DeleteGroups", "OffsetDelete");

    /** Rust's names where they are not Kafka's. */
    static final Map<String, String> RENAMED = Map.of("TopicPartition", "TopicPartitions");

    static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.ALLOW_COMMENTS);

    public static void main(String[] args) throws Exception {
        Path out = Path.of(args[0]);
        for (String api : APIS) {
            JsonNode request = schema(api + "Request");
            short oldest = oldest(request), newest = newest(request);
            messages(out, api + "Request", api + "RequestData", oldest, newest, false);
            messages(out, api + "Response", api + "ResponseData", oldest, newest, false);
        }
        for (String payload : List.of("ConsumerProtocolSubscription", "ConsumerProtocolAssignment")) {
            messages(out, payload, payload, (short) 0, (short) 3, true);
        }
        errors(out);
    }

    static void messages(Path out, String name, String type, short oldest, short newest, boolean prefixed)
            throws Exception {
        JsonNode schema = schema(name);
        Class<?> message = Class.forName("org.apache.kafka.common.message." + type);
        try (PrintStream to = new PrintStream(out.resolve(snake(name) + ".txt").toFile())) {
            for (short version : layouts(schema, oldest, newest)) {
                for (boolean full : new boolean[] {true, false}) {
                    Golden sample = new Golden(message, version, newest, full);
                    Message value = (Message) sample.fill(message, schema.get("fields"));
                    ByteBuffer bytes = prefixed
                        ? MessageUtil.toVersionPrefixedByteBuffer(version, value)
                        : MessageUtil.toByteBufferAccessor(value, version).buffer();
                    to.println(version + " " + hex(bytes) + " " + sample.show(name, value, schema.get("fields")));
                }
            }
        }
    }

    static void errors(Path out) throws Exception {
        try (PrintStream to = new PrintStream(out.resolve("errors.txt").toFile())) {
            for (Errors error : Errors.values()) {
                to.println(error.code() + " " + error.name() + " " + (error.exception() instanceof RetriableException));
            }
        }
    }

    // Which versions

    static JsonNode schema(String name) throws Exception {
        return JSON.readTree(Golden.class.getResourceAsStream("/common/message/" + name + ".json"));
    }

    static short oldest(JsonNode schema) {
        return range(schema.get("validVersions").asText())[0];
    }

    static short newest(JsonNode schema) {
        boolean unstable = schema.path("latestVersionUnstable").asBoolean();
        return (short) (range(schema.get("validVersions").asText())[1] - (unstable ? 1 : 0));
    }

    static Collection<Short> layouts(JsonNode schema, short oldest, short newest) {
        TreeSet<Short> versions = new TreeSet<>(List.of(oldest, newest));
        changes(schema.get("flexibleVersions").asText(), versions);
        fieldChanges(schema.get("fields"), versions);
        return versions.subSet(oldest, true, newest, true);
    }

    static void fieldChanges(JsonNode fields, TreeSet<Short> versions) {
        for (JsonNode field : fields) {
            for (String key : List.of("versions", "nullableVersions", "taggedVersions")) {
                changes(field.path(key).asText("none"), versions);
            }
            fieldChanges(field.path("fields"), versions);
        }
    }

    static void changes(String range, TreeSet<Short> versions) {
        if (!range.equals("none")) {
            versions.add(range(range)[0]);
            versions.add((short) (range(range)[1] + 1));
        }
    }

    static short[] range(String text) {
        if (text.endsWith("+")) {
            return new short[] {Short.parseShort(text.substring(0, text.length() - 1)), Short.MAX_VALUE - 1};
        }
        String[] ends = text.split("-");
        return new short[] {Short.parseShort(ends[0]), Short.parseShort(ends[ends.length - 1])};
    }

    static boolean within(JsonNode field, String key, short version) {
        String range = field.path(key).asText("none");
        return !range.equals("none") && range(range)[0] <= version && version <= range(range)[1];
    }

    // Which values: `full` sets every field that the version has to something of its own; the other sample leaves
    // the defaults, with null wherever it may stand.

    final Class<?> message;
    final short version;
    final short newest;
    final boolean full;
    int counter = 0;

    Golden(Class<?> message, short version, short newest, boolean full) {
        this.message = message;
        this.version = version;
        this.newest = newest;
        this.full = full;
    }

    Object fill(Class<?> type, JsonNode fields) throws Exception {
        Object struct = type.getDeclaredConstructor().newInstance();
        for (JsonNode field : fields) {
            if (within(field, "versions", version)) {
                Field target = member(type, field);
                if (full || isStructs(field)) {
                    target.set(struct, value(field, target));
                }
                if (!full && within(field, "nullableVersions", version)) {
                    target.set(struct, null);
                }
            }
        }
        return struct;
    }

    @SuppressWarnings("unchecked")
    Object value(JsonNode field, Field target) throws Exception {
        String type = field.get("type").asText();
        if (!type.startsWith("[]")) {
            return element(type, field, target);
        }
        Collection<Object> elements = target.getType() == List.class
            ? new ArrayList<>()
            : (Collection<Object>) target.getType().getDeclaredConstructor().newInstance();
        boolean leaf = !field.path("fields").findValuesAsText("type").stream().anyMatch(t -> t.startsWith("[]"));
        for (int i = 0; i < (full && leaf ? 2 : 1); i++) {
            elements.add(element(type.substring(2), field, target));
        }
        return elements;
    }

    Object element(String type, JsonNode field, Field target) throws Exception {
        int n = ++counter;
        return switch (type) {
            case "bool" -> !field.path("default").asText("false").equals("true");
            case "int8" -> (byte) n;
            case "int16" -> (short) (0x0100 + n);
            case "int32" -> 0x01020300 + n;
            case "int64" -> 0x0102030405060700L + n;
            case "string" -> snake(field.get("name").asText()) + " " + n;
            case "uuid" -> new Uuid(0x0102030405060708L, n);
            case "bytes" -> target.getType() == byte[].class ? bytes(n) : (Object) ByteBuffer.wrap(bytes(n));
            case "records" -> MemoryRecords.readableRecords(ByteBuffer.wrap(bytes(n)));
            default -> fill(Class.forName(message.getName() + "$" + type), field.get("fields"));
        };
    }

    static byte[] bytes(int n) {
        return new byte[] {(byte) n, 0, (byte) 0xff};
    }

    static boolean isStructs(JsonNode field) {
        return field.has("fields") && field.get("type").asText().startsWith("[]");
    }

    static Field member(Class<?> type, JsonNode field) throws Exception {
        String name = field.get("name").asText();
        Field member = type.getDeclaredField(name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1));
        member.setAccessible(true);
        return member;
    }

    // As Rust prints it

    String show(String name, Object struct, JsonNode fields) throws Exception {
        List<String> shown = new ArrayList<>();
        for (JsonNode field : fields) {
            // Versions that are not served, and so not in Rust.
            if (range(field.get("versions").asText())[0] > newest) {
                continue;
            }
            Object value = member(struct.getClass(), field).get(struct);
            shown.add(snake(field.get("name").asText()) + ": " + show(field, value));
        }
        return RENAMED.getOrDefault(name, name) + " { " + String.join(", ", shown) + " }";
    }

    String show(JsonNode field, Object value) throws Exception {
        if (!field.has("nullableVersions")) {
            return showElements(field, value);
        }
        // Java's default of a nullable field without one is empty; Rust's is null.
        boolean lacking = !within(field, "versions", version) && !field.has("default");
        return value == null || lacking ? "None" : "Some(" + showElements(field, value) + ")";
    }

    String showElements(JsonNode field, Object value) throws Exception {
        String type = field.get("type").asText();
        if (!type.startsWith("[]")) {
            return showElement(type, field, value);
        }
        List<String> elements = new ArrayList<>();
        for (Object element : (Iterable<?>) value) {
            elements.add(showElement(type.substring(2), field, element));
        }
        return elements.toString();
    }

    String showElement(String type, JsonNode field, Object value) throws Exception {
        return switch (type) {
            case "bool", "int8", "int16", "int32", "int64" -> value.toString();
            case "string" -> "\"" + value + "\"";
            case "uuid" -> "Uuid(" + value + ")";
            case "bytes", "records" -> showBytes(value);
            default -> show(type, value, field.get("fields"));
        };
    }

    static String showBytes(Object value) {
        List<Integer> bytes = new ArrayList<>();
        for (byte b : array(value)) {
            bytes.add(b & 0xff);
        }
        return bytes.toString();
    }

    static byte[] array(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        ByteBuffer buffer = value instanceof MemoryRecords records ? records.buffer() : (ByteBuffer) value;
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    static String snake(String name) {
        return name.replaceAll("(?<!^)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    static String hex(ByteBuffer bytes) {
        return HexFormat.of().formatHex(array(bytes));
    }
}
