package dev.culvert.cli;

import dev.culvert.dht.CandidateDirectory;
import dev.culvert.dht.Published;
import dev.culvert.dht.mainline.MainlineConfig;
import dev.culvert.dht.mainline.MainlineDht;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** A process of its own for {@link SealedCandidatesTest}: looks one peer's record up and prints what it says. */
final class CandidateReader {
    static final String FOUND = "FOUND ";

    private CandidateReader() {}

    /** Arguments: identity file, the publisher's peer id, ports of swarm members. */
    public static void main(String[] arguments) {
        Identity self = Identity.load(Path.of(arguments[0]));
        MainlineConfig config = MainlineConfig.loopback(Arrays.stream(arguments[2].split(","))
                .map(port -> new InetSocketAddress("127.0.0.1", Integer.parseInt(port)))
                .toList());
        try (MainlineDht dht = MainlineDht.open(config);
                CandidateDirectory directory = CandidateDirectory.open(self, dht, Clock.systemUTC())) {
            dht.bootstrap().join();
            Optional<Published> found =
                    directory.lookup(PeerId.parse(arguments[1])).join();
            System.out.println(found.map(record -> FOUND + HexFormat.of().formatHex(record.payload()))
                    .orElse("nothing"));
        }
    }
}
