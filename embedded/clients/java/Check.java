// What the Java program begins with: `list` tells the client's version and names the checks, `run NAME` makes one, against
// the cluster in the environment. A check that throws has failed.

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.utils.AppInfoParser;

final class Check {
    static final String USER = "alice";
    static final String PASSWORD = "alice-secret";

    /** How long a check may take; `cargo xtask clients` ends it a little later. */
    private static final long LONG = 55_000;

    private static final long BEGIN = System.currentTimeMillis();

    private record Entry(String what, Body body) {}

    private static final Map<String, Entry> ALL = new LinkedHashMap<>();

    private Check() {}

    interface Body {
        void run() throws Exception;
    }

    static void add(String name, String what, Body body) {
        ALL.put(name, new Entry(what, body));
    }

    static void main(String[] arguments) throws Exception {
        if (arguments.length == 1 && arguments[0].equals("list")) {
            System.out.println(AppInfoParser.getVersion());
            ALL.forEach((name, entry) -> System.out.println(name + "\t" + entry.what));
        } else if (arguments.length == 2 && arguments[0].equals("run") && ALL.containsKey(arguments[1])) {
            try {
                ALL.get(arguments[1]).body.run();
            } catch (Throwable thrown) {
                thrown.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
            // Threads of a client that was left open are not waited for.
            Runtime.getRuntime().halt(0);
        } else {
            System.err.println("usage: list | run NAME");
            System.exit(2);
        }
    }

    static String servers() {
        return System.getenv("OTTLA_BOOTSTRAP_SERVERS");
    }

    /** A name that no other check has. */
    static String fresh(String what) {
        return what + "-" + ProcessHandle.current().pid() + "-" + System.nanoTime() % 1_000_000_000L;
    }

    static void equal(Object found, Object wanted, String what) {
        if (!found.equals(wanted)) {
            throw new AssertionError(what + ": " + found + ", not " + wanted);
        }
    }

    /** It has to be refused with this; what a future throws counts by its cause. */
    static void refused(Class<? extends Throwable> wanted, Body body) {
        try {
            body.run();
        } catch (Throwable thrown) {
            for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
                if (wanted.isInstance(cause)) {
                    return;
                }
            }
            throw new AssertionError("refused with another error", thrown);
        }
        throw new AssertionError("it was not refused");
    }

    /** Asks again until it holds; asking is to make progress, or wait a little. */
    static void until(String what, BooleanSupplier holds) {
        while (!holds.getAsBoolean()) {
            if (System.currentTimeMillis() > BEGIN + LONG) {
                throw new AssertionError("never came about: " + what);
            }
        }
    }
}
