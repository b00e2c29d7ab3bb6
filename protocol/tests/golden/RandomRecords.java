import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Writes record batches and message sets filled at random, as Kafka's own classes make them: magic 0, 1 and 2, all
 * compressions, both kinds of timestamps, transactions, control batches, what compaction leaves, last batches cut short.
 *
 * java -cp JARS RandomRecords.java SEED COUNT
 *
 * JARS: kafka-clients, slf4j-api, snappy-java, lz4-java, zstd-jni.
 *
 * Each of the COUNT lines is a question to the example `roundtrip`, a tab, and the answer: what Kafka's own reader sees.
 *
 * records HEX[TAB][[OFFSET, TIMESTAMP, KEY, VALUE, [[HEADER, VALUE], ...]], ...]
 */
public class RandomRecords {
    public static void main(String[] args) {
        long seed = Long.parseLong(args[0]);
        int count = Integer.parseInt(args[1]);
        try (PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16))) {
            for (int i = 0; i < count; i++) {
                byte[] bytes = new RandomRecords(seed + i * 0x9E3779B97F4A7C15L, i).row();
                out.println("records " + HexFormat.of().formatHex(bytes) + "\t" + asKafkaReads(bytes));
            }
        }
    }

    static final long TIME = 1_700_000_000_000L;
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    final SplittableRandom random;
    /** The first line is of the first codec in magic 0 and so on, so that few lines suffice to have all of them. */
    final int kind;
    long offset;

    RandomRecords(long seed, int kind) {
        this.random = new SplittableRandom(seed);
        this.kind = kind;
        this.offset = oneIn(4) ? 0 : random.nextLong(1L << 40);
    }

    /** What a partition's log may hold: a few batches of one magic, the last of which may be cut short. */
    byte[] row() {
        byte magic = (byte) (kind % 3);
        ByteArrayOutputStream row = new ByteArrayOutputStream();
        int batches = oneIn(3) ? 1 + random.nextInt(5) : 1;
        for (int i = 0; i < batches; i++) {
            byte[] batch = magic == 2 ? batch() : messageSet(magic);
            row.writeBytes(batch);
            offset += random.nextInt(5);
        }
        byte[] all = row.toByteArray();
        return oneIn(4) && all.length > 0 ? Arrays.copyOf(all, random.nextInt(all.length)) : all;
    }

    byte[] batch() {
        return switch (random.nextInt(10)) {
            case 0 -> endOfTransaction();
            case 1 -> control();
            case 2 -> empty();
            case 3, 4 -> compacted(dataBatch());
            default -> dataBatch();
        };
    }

    byte[] messageSet(byte magic) {
        // Zstandard came after magic 2.
        Compression codec = Compression.of(CODECS.get(kind / 3 % 4)).build();
        byte[] set = build(magic, codec, RecordBatch.NO_PRODUCER_ID, false);
        return oneIn(4) ? compacted(set) : set;
    }

    byte[] dataBatch() {
        boolean idempotent = random.nextBoolean();
        Compression codec = Compression.of(CODECS.get(kind / 3 % 5)).build();
        return build(RecordBatch.MAGIC_VALUE_V2, codec, idempotent ? random.nextLong(1 << 20) : RecordBatch.NO_PRODUCER_ID,
            idempotent && random.nextBoolean());
    }

    byte[] build(byte magic, Compression codec, long producerId, boolean transactional) {
        TimestampType times = magic > 0 && oneIn(3) ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
        boolean idempotent = producerId != RecordBatch.NO_PRODUCER_ID;
        try (MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1 << 16), magic, codec, times, offset,
                TIME + random.nextInt(1000), producerId, (short) (idempotent ? random.nextInt(100) : -1),
                idempotent ? random.nextInt(1000) : -1, transactional, random.nextInt(50))) {
            boolean gaps = oneIn(5);
            for (int count = 1 + random.nextInt(oneIn(4) ? 100 : 8); count > 0; count--) {
                Header[] headers = magic == 2 ? headers() : new Header[0];
                builder.appendWithOffset(offset, timestamp(), bytes(), bytes(), headers);
                offset += gaps ? 1 + random.nextInt(1000) : 1;
            }
            return array(builder.build());
        }
    }

    long timestamp() {
        return oneIn(10) ? random.nextLong(1L << 50) : TIME + random.nextInt(100_000);
    }

    /** A key or a value: null, empty, short, or long enough for several blocks. */
    byte[] bytes() {
        int length = switch (random.nextInt(12)) {
            case 0 -> -1;
            case 1 -> 0;
            case 2 -> oneIn(40) ? 70_000 : 63 + random.nextInt(3);
            default -> random.nextInt(100);
        };
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        int distinct = random.nextBoolean() ? 256 : 3;
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) random.nextInt(distinct);
        }
        return bytes;
    }

    /** Names may be empty and may come twice, values may be null. */
    Header[] headers() {
        List<String> names = List.of("trace", "a", "", "漢字 🦀", "\"quoted\\\n\u007f\"", "long".repeat(40));
        Header[] headers = new Header[oneIn(3) ? random.nextInt(6) : 0];
        for (int i = 0; i < headers.length; i++) {
            headers[i] = new RecordHeader(names.get(random.nextInt(names.size())), bytes());
        }
        return headers;
    }

    byte[] endOfTransaction() {
        ControlRecordType type = random.nextBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        EndTransactionMarker marker = new EndTransactionMarker(type, random.nextInt(100));
        return array(MemoryRecords.withEndTransactionMarker(offset++, TIME, random.nextInt(50), random.nextLong(1 << 20),
            (short) random.nextInt(100), marker));
    }

    /** What Raft writes of itself into the log. */
    byte[] control() {
        List<Consumer<MemoryRecordsBuilder>> appends = List.of(
            builder -> builder.appendLeaderChangeMessage(TIME, new LeaderChangeMessage().setLeaderId(random.nextInt(9))),
            builder -> builder.appendSnapshotHeaderMessage(TIME, new SnapshotHeaderRecord().setLastContainedLogTimestamp(TIME)),
            builder -> builder.appendSnapshotFooterMessage(TIME, new SnapshotFooterRecord()),
            builder -> builder.appendKRaftVersionMessage(TIME, new KRaftVersionRecord().setKRaftVersion((short) 1)),
            builder -> builder.appendVotersMessage(TIME, new VotersRecord()));
        try (MemoryRecordsBuilder builder = new MemoryRecordsBuilder(ByteBuffer.allocate(1 << 12), RecordBatch.MAGIC_VALUE_V2,
                Compression.NONE, TimestampType.CREATE_TIME, offset, TIME, RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH, RecordBatch.NO_SEQUENCE, false, true, random.nextInt(50), 1 << 12)) {
            for (int count = 1 + random.nextInt(3); count > 0; count--) {
                appends.get(random.nextInt(appends.size())).accept(builder);
                offset++;
            }
            return array(builder.build());
        }
    }

    /** A batch without records: it keeps its place in the log, and its producer's last sequence number. */
    byte[] empty() {
        ByteBuffer header = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
        long last = offset + random.nextInt(100);
        DefaultRecordBatch.writeEmptyHeader(header, RecordBatch.MAGIC_VALUE_V2, random.nextLong(1 << 20), (short) 3, 7, offset,
            last, random.nextInt(50), TimestampType.CREATE_TIME, TIME, random.nextBoolean(), false);
        offset = last + 1;
        return header.array();
    }

    /** What compaction keeps of a batch, with the time from which on a tombstone may go. */
    byte[] compacted(byte[] whole) {
        ByteBuffer kept = ByteBuffer.allocate(whole.length + (1 << 16));
        boolean horizon = random.nextBoolean();
        int of = 1 + random.nextInt(4);
        MemoryRecords.readableRecords(ByteBuffer.wrap(whole)).filterTo(new MemoryRecords.RecordFilter(TIME, 1000) {
            @Override
            protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
                boolean canBeEmpty = batch.magic() == RecordBatch.MAGIC_VALUE_V2;
                return new BatchRetentionResult(canBeEmpty ? BatchRetention.RETAIN_EMPTY : BatchRetention.DELETE_EMPTY, horizon);
            }

            @Override
            protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
                return oneIn(of);
            }
        }, kept, BufferSupplier.NO_CACHING);
        return Arrays.copyOf(kept.array(), kept.position());
    }

    static String asKafkaReads(byte[] bytes) {
        StringJoiner records = new StringJoiner(", ", "[", "]");
        for (RecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches()) {
            batch.ensureValid();
            for (Record record : batch) {
                record.ensureValid();
                StringJoiner headers = new StringJoiner(", ", "[", "]");
                for (Header header : record.headers()) {
                    headers.add("[" + text(header.key()) + ", " + hex(header.value()) + "]");
                }
                records.add("[" + record.offset() + ", " + record.timestamp() + ", " + hex(array(record.key())) + ", "
                    + hex(array(record.value())) + ", " + headers + "]");
            }
        }
        return records.toString();
    }

    static byte[] array(MemoryRecords records) {
        return array(records.buffer());
    }

    static byte[] array(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    static String hex(byte[] bytes) {
        return bytes == null ? "null" : "\"" + HexFormat.of().formatHex(bytes) + "\"";
    }

    /** JSON of ASCII alone. */
    static String text(String name) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : name.toCharArray()) {
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c >= ' ' && c <= '~') {
                json.append(c);
            } else {
                json.append(String.format("\\u%04x", (int) c));
            }
        }
        return json.append('"').toString();
    }

    boolean oneIn(int many) {
        return random.nextInt(many) == 0;
    }
}
