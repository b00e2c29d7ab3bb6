import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Writes messages filled at random, as Kafka's own classes serialize them: of every API the requests, the responses and
 * the headers of both, in every stable version.
 *
 * java -cp JARS RandomMessages.java SEED COUNT
 *
 * JARS: kafka-clients and what it needs. COUNT messages are made of each kind; the first has every field and tag, the
 * second as little as can be. What a line holds depends on the seed and on itself, not on the lines before it.
 *
 * A line is a question to the example `roundtrip`, whose answer has to be the line's last word:
 *
 * request API_KEY VERSION HEX
 * response API_KEY VERSION HEX
 * header-request API_KEY VERSION HEX
 * header-response API_KEY VERSION HEX
 */
public class RandomMessages {
    public static void main(String[] args) {
        long seed = Long.parseLong(args[0]);
        int count = Integer.parseInt(args[1]);
        try (PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16))) {
            for (ApiMessageType api : ApiMessageType.values()) {
                for (short v = api.lowestSupportedVersion(); v <= api.highestSupportedVersion(false); v++) {
                    for (int i = 0; i < count; i++) {
                        write(out, api, v, seed, i);
                    }
                }
            }
        }
    }

    static void write(PrintStream out, ApiMessageType api, short version, long seed, int i) {
        short requestHeader = api.requestHeaderVersion(version), responseHeader = api.responseHeaderVersion(version);
        RequestHeaderData header = new RequestHeaderData();
        print(out, "header-request", api, version, seed, i, header, RequestHeaderData.SCHEMAS, requestHeader);
        print(out, "request", api, version, seed, i, api.newRequest(), api.requestSchemas(), version);
        ResponseHeaderData answer = new ResponseHeaderData();
        print(out, "header-response", api, version, seed, i, answer, ResponseHeaderData.SCHEMAS, responseHeader);
        print(out, "response", api, version, seed, i, api.newResponse(), api.responseSchemas(), version);
    }

    static void print(PrintStream out, String kind, ApiMessageType api, short version, long seed, int i,
                      ApiMessage message, Schema[] schemas, short schemaVersion) {
        int own = Objects.hash(seed, kind, api.apiKey(), version, i);
        try {
            new RandomMessages(own, i, SMALL_TAGS).fill(message, schemas[schemaVersion], schemaVersion);
        } catch (RuntimeException refused) {
            // A tag that is unknown in this version and known in another is no unknown tag to Kafka but an error.
            new RandomMessages(own, i, LARGE_TAGS).fill(message, schemas[schemaVersion], schemaVersion);
        }
        if (message instanceof RequestHeaderData header) {
            header.setRequestApiKey(api.apiKey()).setRequestApiVersion(version);
        }
        ByteBuffer written = MessageUtil.toByteBufferAccessor(message, schemaVersion).buffer();
        byte[] bytes = new byte[written.remaining()];
        written.get(bytes);
        out.println(kind + " " + api.apiKey() + " " + version + " " + HexFormat.of().formatHex(bytes));
    }

    /** What a message is filled with. */
    enum Mood {
        /** Every field and tag is there, and short. */
        FULL,
        /** What can be null or empty is, numbers are zero, there are no tags. */
        EMPTY,
        /** Some of everything. */
        MIXED,
        /** Numbers at their limits, lengths where their varints grow. */
        EXTREME
    }

    /** Lengths where a varint grows, as such and with one added, and the most that a string can have. */
    static final int[] LONG = {126, 127, 128, 129, 255, 16_382, 16_383, 16_384, 32_767};

    static final List<String> LETTERS = List.of("a", "b", ".", "-", "0", " ", "\0", "\n", "é", "漢", "🦀");

    /** Tags for fields that nobody knows. */
    static final int[] SMALL_TAGS = {0, 1, 2, 3, 4, 5, 6, 7};
    static final int[] LARGE_TAGS = {100, 127, 128, 129, 16_383, 16_384, Integer.MAX_VALUE - 1};

    final SplittableRandom random;
    final Mood mood;
    final int[] unknownTags;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    /** How many more elements there may be: arrays in arrays grow fast. */
    int room = 80;
    /** How many more long values there may be. */
    int longs = 2;

    RandomMessages(int seed, int i, int[] unknownTags) {
        this.unknownTags = unknownTags;
        random = new SplittableRandom(seed);
        mood = switch (i) {
            case 0 -> Mood.FULL;
            case 1 -> Mood.EMPTY;
            default -> oneIn(4) ? Mood.EXTREME : Mood.MIXED;
        };
    }

    /** Lets Kafka read what was made up for the message. */
    void fill(ApiMessage message, Schema schema, short version) {
        value(schema);
        ByteBuffer made = ByteBuffer.wrap(out.toByteArray());
        message.read(new ByteBufferAccessor(made), version);
        if (made.hasRemaining()) {
            throw new IllegalStateException(made.remaining() + " bytes are left");
        }
    }

    void value(Type type) {
        if (type instanceof Schema struct) {
            struct(struct);
        } else if (type instanceof TaggedFields tagged) {
            tags(tagged);
        } else if (type.isArray()) {
            array(type);
        } else {
            plain((Type.DocumentedType) type);
        }
    }

    void struct(Schema struct) {
        if (struct.isNullable()) {
            boolean isNull = isNull();
            out.write(isNull ? -1 : 1);
            if (isNull) {
                return;
            }
        }
        for (BoundField field : struct.fields()) {
            value(field.def.type);
        }
    }

    void array(Type array) {
        Type element = array.arrayElementType().get();
        boolean compact = array instanceof CompactArrayOf;
        if (array.isNullable() && isNull()) {
            length(-1, compact, 4);
            return;
        }
        int count = Math.min(room, switch (mood) {
            case FULL -> 1 + random.nextInt(2);
            case EMPTY -> 0;
            case MIXED -> random.nextInt(4);
            case EXTREME -> element instanceof Schema ? random.nextInt(3) : long_(random.nextInt(200));
        });
        room -= count;
        length(count, compact, 4);
        for (int i = 0; i < count; i++) {
            value(element);
        }
    }

    /** Tagged fields, known ones and others, by ascending tag. */
    void tags(TaggedFields section) {
        Map<Integer, byte[]> tags = new TreeMap<>();
        for (Map.Entry<Integer, Field> known : section.fields().entrySet()) {
            if (mood == Mood.FULL || mood != Mood.EMPTY && random.nextBoolean()) {
                ByteArrayOutputStream outside = out;
                out = new ByteArrayOutputStream();
                value(known.getValue().type);
                tags.put(known.getKey(), out.toByteArray());
                out = outside;
            }
        }
        for (int tag : unknownTags()) {
            if (!section.fields().containsKey(tag)) {
                tags.put(tag, bytes(length()));
            }
        }
        varint(tags.size());
        tags.forEach((tag, bytes) -> {
            varint(tag);
            varint(bytes.length);
            out.writeBytes(bytes);
        });
    }

    List<Integer> unknownTags() {
        List<Integer> tags = new ArrayList<>();
        if (mood == Mood.FULL || mood != Mood.EMPTY && oneIn(3)) {
            for (int count = 1 + random.nextInt(3); count > 0; count--) {
                tags.add(unknownTags[random.nextInt(unknownTags.length)]);
            }
        }
        return tags;
    }

    void plain(Type.DocumentedType type) {
        String name = type.typeName().replace("NULLABLE_", "");
        switch (name) {
            case "BOOLEAN" -> out.write(mood == Mood.EMPTY ? 0 : random.nextInt(2));
            case "INT8" -> number(1);
            case "INT16", "UINT16" -> number(2);
            case "INT32", "UINT32" -> number(4);
            case "INT64" -> number(8);
            case "FLOAT64" -> put(Double.doubleToRawLongBits(real()), 8);
            case "UUID" -> {
                number(8);
                number(8);
            }
            case "STRING", "COMPACT_STRING" -> blob(type, name, 2, text());
            case "BYTES", "COMPACT_BYTES", "RECORDS", "COMPACT_RECORDS" -> blob(type, name, 4, bytes(length()));
            default -> throw new IllegalStateException("unknown type " + type.typeName());
        }
    }

    void blob(Type type, String name, int width, byte[] content) {
        boolean compact = name.startsWith("COMPACT_");
        if (type.isNullable() && isNull()) {
            length(-1, compact, width);
        } else {
            length(content.length, compact, width);
            out.writeBytes(content);
        }
    }

    byte[] text() {
        StringBuilder text = new StringBuilder();
        int length = length(), bytes = 0;
        while (bytes < length) {
            String letter = LETTERS.get(random.nextInt(LETTERS.size()));
            int more = letter.getBytes(StandardCharsets.UTF_8).length;
            text.append(bytes + more <= length ? letter : "x");
            bytes += bytes + more <= length ? more : 1;
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        return bytes;
    }

    /** The length of a string or of bytes. */
    int length() {
        return switch (mood) {
            case FULL -> 1 + random.nextInt(6);
            case EMPTY -> 0;
            case MIXED -> long_(random.nextInt(12));
            case EXTREME -> oneIn(3) ? long_(0) : random.nextInt(40);
        };
    }

    /** Once in a while a long length instead of the one given. */
    int long_(int usual) {
        if (longs == 0 || !oneIn(mood == Mood.EXTREME ? 4 : 30)) {
            return usual;
        }
        longs--;
        return LONG[random.nextInt(LONG.length)];
    }

    double real() {
        double[] some = {0.0, -0.0, 1.5, Double.NaN, Double.NEGATIVE_INFINITY, Double.MAX_VALUE, Double.MIN_VALUE};
        return mood == Mood.EMPTY ? 0 : oneIn(4) ? random.nextDouble() : some[random.nextInt(some.length)];
    }

    void number(int width) {
        long lowest = -1L << 8 * width - 1;
        long number = switch (mood) {
            case FULL -> 1 + random.nextInt(100);
            case EMPTY -> 0;
            case MIXED -> oneIn(3) ? -1 + random.nextInt(3) : random.nextLong();
            case EXTREME -> random.nextBoolean() ? lowest : ~lowest;
        };
        put(number, width);
    }

    boolean isNull() {
        return mood == Mood.EMPTY || mood != Mood.FULL && oneIn(4);
    }

    boolean oneIn(int many) {
        return random.nextInt(many) == 0;
    }

    void length(int length, boolean compact, int width) {
        if (compact) {
            varint(length + 1);
        } else {
            put(length, width);
        }
    }

    void varint(int value) {
        ByteBuffer bytes = ByteBuffer.allocate(5);
        ByteUtils.writeUnsignedVarint(value, bytes);
        out.write(bytes.array(), 0, bytes.position());
    }

    void put(long value, int width) {
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            out.write((int) (value >> shift));
        }
    }
}
