package dev.culvert.dht.mainline;

import dev.culvert.dht.CandidateDirectory;
import dev.culvert.dht.Published;
import dev.culvert.dht.Slot;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What the second JVM of {@link OtherProcessTest} runs: {@code slot PORTS KEY WRITER} prints the value of a slot,
 * {@code candidates PORTS IDENTITY-FILE PEER} what a peer published for an identity, {@code leave PORTS} ends without
 * closing anything. All values are in hex.
 */
final class ReadingProcess {
    private ReadingProcess() {}

    public static void main(String[] args) throws Exception {
        List<InetSocketAddress> members = Stream.of(args[1].split(",", -1))
                .map(port -> new InetSocketAddress("127.0.0.1", Integer.parseInt(port)))
                .toList();
        MainlineDht dht = MainlineDht.open(MainlineConfig.loopback(members));
        dht.bootstrap().get(20, TimeUnit.SECONDS);
        if (args[0].equals("leave")) {
            dht.get(new Slot(new byte[Slot.KEY_LENGTH], new byte[Slot.WRITER_LENGTH]));
            System.out.println("left");
            return;
        }
        try (dht) {
            byte[] found = args[0].equals("slot") ? value(dht, args) : candidates(dht, args);
            System.out.println("found " + HexFormat.of().formatHex(found));
        }
    }

    private static byte[] value(MainlineDht dht, String[] args) throws Exception {
        Slot slot = new Slot(HexFormat.of().parseHex(args[2]), HexFormat.of().parseHex(args[3]));
        return dht.get(slot).get(20, TimeUnit.SECONDS).get(0);
    }

    private static byte[] candidates(MainlineDht dht, String[] args) throws Exception {
        try (Identity self = Identity.load(Path.of(args[2]));
                CandidateDirectory directory = CandidateDirectory.open(self, dht, Clock.systemUTC())) {
            Optional<Published> found = directory.lookup(PeerId.parse(args[3])).get(20, TimeUnit.SECONDS);
            return found.orElseThrow().payload();
        }
    }
}
