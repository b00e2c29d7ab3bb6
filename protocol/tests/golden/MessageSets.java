// Writes message sets of magic 0 and 1 with Kafka's own code, and reads ours with it.
//
//   java -cp JARS MessageSets.java write records     the fixtures that golden_legacy.rs reads
//   java -cp JARS MessageSets.java read FOLDER       sets that golden_legacy.rs wrote; fails on the first difference
//
// JARS: those of RecordBatches.java.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

public class MessageSets {
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4");
    static final long BASE_OFFSET = 1000;
    static final long TIME = 1_700_000_000_000L;
    static final int COUNT = 20;

    public static void main(String[] args) throws IOException {
        for (String codec : CODECS) {
            for (byte magic = 0; magic < 2; magic++) {
                for (boolean append : new boolean[] {false, true}) {
                    Path file = Path.of(args[1]).resolve("magic-" + magic + "-" + codec + (append ? "-append" : "") + ".bin");
                    if (magic == 0 && append) {
                        continue; // no times in magic 0
                    }
                    if (args[0].equals("write")) {
                        write(file, magic, codec, append);
                    } else {
                        read(file, magic, codec, append);
                    }
                }
            }
        }
    }

    static void write(Path file, byte magic, String codec, boolean append) throws IOException {
        TimestampType type = append ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1 << 16), magic,
            Compression.of(codec).build(), type, BASE_OFFSET, TIME + 999);
        for (int i = 0; i < COUNT; i++) {
            builder.append(TIME + i * 10L, key(i), value(i));
        }
        ByteBuffer bytes = builder.build().buffer();
        byte[] all = new byte[bytes.remaining()];
        bytes.get(all);
        Files.write(file, all);
    }

    static void read(Path file, byte magic, String codec, boolean append) throws IOException {
        String name = file.getFileName().toString();
        MemoryRecords ours = MemoryRecords.readableRecords(ByteBuffer.wrap(Files.readAllBytes(file)));
        int i = 0;
        for (MutableRecordBatch batch : ours.batches()) {
            batch.ensureValid();
            check(name, "magic", batch.magic(), magic);
            check(name, "codec", batch.compressionType().name, codec);
            for (Record record : batch) {
                record.ensureValid();
                check(name, "offset", record.offset(), BASE_OFFSET + i);
                long time = magic == 0 ? RecordBatch.NO_TIMESTAMP : append ? TIME + 999 : TIME + i * 10L;
                check(name, "timestamp", record.timestamp(), time);
                check(name, "key " + i, record.key(), wrap(key(i)));
                check(name, "value " + i, record.value(), wrap(value(i)));
                i++;
            }
            check(name, "last offset", batch.lastOffset(), BASE_OFFSET + i - 1L);
        }
        check(name, "count", i, COUNT);
        System.out.println(name + ": as written");
    }

    static byte[] key(int i) {
        return i % 5 == 0 ? null : bytes("key-" + i);
    }

    static byte[] value(int i) {
        return i % 7 == 3 ? null : bytes(("value-" + i + " ").repeat(i * 13 % 50));
    }

    static ByteBuffer wrap(byte[] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void check(String name, String what, Object found, Object expected) {
        if (!Objects.equals(found, expected)) {
            throw new IllegalStateException(name + ": " + what + ": " + found + ", not " + expected);
        }
    }
}
