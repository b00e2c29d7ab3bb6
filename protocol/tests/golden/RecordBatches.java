// Writes record batches with Kafka's own code, and reads ours with it.
//
//   java -cp JARS RecordBatches.java write records     the fixtures that golden_records.rs reads
//   java -cp JARS RecordBatches.java read FOLDER       batches that golden_records.rs wrote; fails on the first difference
//
// JARS: kafka-clients 4.3.0, slf4j-api, snappy-java, lz4-java, zstd-jni. JDK 17 or later.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.BufferSupplier;

public class RecordBatches {
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    static final long BASE_OFFSET = 1000;
    static final int LEADER_EPOCH = 7;
    static final long TIME = 1_700_000_000_000L;
    static final long PRODUCER_ID = 4242;
    static final short PRODUCER_EPOCH = 5;

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        if (args[0].equals("write")) {
            write(folder);
        } else {
            read(folder);
        }
    }

    static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String codec : CODECS) {
            save(folder, codec, MemoryRecords.withRecords(BASE_OFFSET, of(codec), LEADER_EPOCH, twenty()));
            if (!codec.equals("none")) {
                save(folder, codec + "-large", MemoryRecords.withRecords(BASE_OFFSET, of(codec), LEADER_EPOCH, large()));
            }
        }
        saveTransactions(folder);
        saveCompacted(folder, "compacted", MemoryRecords.RecordFilter.BatchRetention.DELETE_EMPTY, 3);
        saveCompacted(folder, "emptied", MemoryRecords.RecordFilter.BatchRetention.RETAIN_EMPTY, 0);
        saveAppendTime(folder);
    }

    /** Keys, values and headers, each of them also null or empty. */
    static SimpleRecord[] twenty() {
        SimpleRecord[] records = new SimpleRecord[20];
        for (int i = 0; i < records.length; i++) {
            byte[] key = i % 5 == 0 ? null : bytes("key-" + i);
            byte[] value = i % 7 == 3 ? null : bytes(("value-" + i + " ").repeat(i * 13 % 50));
            records[i] = new SimpleRecord(TIME + i * 10L, key, value, headers(i));
        }
        return records;
    }

    static Header[] headers(int i) {
        if (i % 4 != 1) {
            return new Header[0];
        }
        return new Header[] {
            new RecordHeader("trace", bytes("t-" + i)),
            new RecordHeader("null", null),
            new RecordHeader("empty", new byte[0]),
        };
    }

    /** More than a block of any codec. */
    static SimpleRecord[] large() {
        byte[] value = new byte[150_000];
        for (int j = 0; j < value.length; j++) {
            value[j] = (byte) ((j * 7 + j / 1000) % 251);
        }
        return new SimpleRecord[] {new SimpleRecord(TIME, bytes("large"), value)};
    }

    /** One that is aborted, then one that is committed. */
    static void saveTransactions(Path folder) throws IOException {
        SimpleRecord[] records = Arrays.copyOf(twenty(), 3);
        save(folder, "transactions",
            MemoryRecords.withTransactionalRecords(BASE_OFFSET, of("none"), PRODUCER_ID, PRODUCER_EPOCH, 0, LEADER_EPOCH, records),
            marker(BASE_OFFSET + 3, ControlRecordType.ABORT),
            MemoryRecords.withTransactionalRecords(BASE_OFFSET + 4, of("lz4"), PRODUCER_ID, PRODUCER_EPOCH, 3, LEADER_EPOCH, records),
            marker(BASE_OFFSET + 7, ControlRecordType.COMMIT));
    }

    static MemoryRecords marker(long offset, ControlRecordType type) {
        EndTransactionMarker marker = new EndTransactionMarker(type, 9);
        return MemoryRecords.withEndTransactionMarker(offset, TIME, LEADER_EPOCH, PRODUCER_ID, PRODUCER_EPOCH, marker);
    }

    /** What compaction leaves of twenty records when it keeps one of {@code every}; 0: none at all. */
    static void saveCompacted(Path folder, String name, MemoryRecords.RecordFilter.BatchRetention retention, int every)
            throws IOException {
        MemoryRecords whole =
            MemoryRecords.withIdempotentRecords(BASE_OFFSET, of("zstd"), PRODUCER_ID, PRODUCER_EPOCH, 0, LEADER_EPOCH, twenty());
        ByteBuffer kept = ByteBuffer.allocate(1 << 16);
        whole.filterTo(new MemoryRecords.RecordFilter(TIME, 0) {
            @Override
            protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
                return new BatchRetentionResult(retention, false);
            }

            @Override
            protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
                return every != 0 && (record.offset() - BASE_OFFSET) % every == 1;
            }
        }, kept, BufferSupplier.NO_CACHING);
        kept.flip();
        save(folder, name, MemoryRecords.readableRecords(kept));
    }

    static void saveAppendTime(Path folder) throws IOException {
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1 << 16), RecordBatch.MAGIC_VALUE_V2,
            of("none"), TimestampType.LOG_APPEND_TIME, BASE_OFFSET, TIME + 999);
        for (SimpleRecord record : Arrays.copyOf(twenty(), 3)) {
            builder.append(record);
        }
        save(folder, "append-time", builder.build());
    }

    static void save(Path folder, String name, MemoryRecords... parts) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        for (MemoryRecords part : parts) {
            all.put(part.buffer().duplicate());
        }
        Files.write(folder.resolve(name + ".bin"), Arrays.copyOf(all.array(), all.position()));
    }

    static void read(Path folder) throws IOException {
        for (String codec : CODECS) {
            expect(folder, codec, codec, twenty());
            expect(folder, codec + "-large", codec, large());
        }
    }

    /** Reads one of our batches: a transactional one of the producer above, at offset 0. */
    static void expect(Path folder, String name, String codec, SimpleRecord[] expected) throws IOException {
        MemoryRecords ours = MemoryRecords.readableRecords(ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name + ".bin"))));
        Iterator<MutableRecordBatch> batches = ours.batches().iterator();
        MutableRecordBatch batch = batches.next();
        batch.ensureValid();
        check(name, "codec", batch.compressionType().name, codec);
        check(name, "producer", batch.producerId(), PRODUCER_ID);
        check(name, "epoch", batch.producerEpoch(), PRODUCER_EPOCH);
        check(name, "sequence", batch.baseSequence(), 11);
        check(name, "transactional", batch.isTransactional(), true);
        check(name, "control", batch.isControlBatch(), false);
        check(name, "last offset", batch.lastOffset(), expected.length - 1L);
        check(name, "max timestamp", batch.maxTimestamp(), expected[expected.length - 1].timestamp());
        int i = 0;
        for (Record record : batch) {
            record.ensureValid();
            check(name, "offset", record.offset(), (long) i);
            check(name, "record " + i, new SimpleRecord(record), expected[i]);
            i++;
        }
        check(name, "count", i, expected.length);
        check(name, "more batches", batches.hasNext(), false);
        System.out.println(name + ": as written");
    }

    static void check(String name, String what, Object found, Object expected) {
        if (!found.equals(expected)) {
            throw new IllegalStateException(name + ": " + what + ": " + found + ", not " + expected);
        }
    }

    static Compression of(String codec) {
        return Compression.of(codec).build();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
