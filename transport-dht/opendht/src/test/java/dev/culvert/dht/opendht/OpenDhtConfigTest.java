package dev.culvert.dht.opendht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OpenDhtConfigTest {
    @Test
    void shouldTakeAProxyWithOrWithoutAPath() {
        assertEquals(
                "https://dht.example.org/key/00",
                at("https://dht.example.org").resource("key/00").toString());
        assertEquals(
                "http://[::1]:80/proxy/key/00",
                at("http://[::1]:80/proxy/").resource("key/00").toString());
    }

    @Test
    void shouldRefuseWhatIsNoProxy() {
        for (String uri : new String[] {
            "ftp://a", "dht.example.org", "http:a", "http://a/?q", "http://a/#f", "http://user:secret@a"
        }) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> at(uri), uri);
            assertEquals(-1, e.getMessage().indexOf("secret"));
        }
    }

    @Test
    void shouldRefuseTimesThatAreNotPositive() {
        URI proxy = URI.create("http://a");
        assertThrows(
                IllegalArgumentException.class,
                () -> OpenDhtConfig.builder(proxy).getTimeout(Duration.ZERO).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> OpenDhtConfig.builder(proxy)
                        .streamLife(Duration.ofMillis(-1))
                        .build());
    }

    @Test
    void shouldRefuseMoreStreamsThanAnyoneHasConnectionsFor() {
        OpenDhtConfig.Builder builder = OpenDhtConfig.builder(URI.create("http://a"));
        assertEquals(0, builder.maxStreams(0).build().maxStreams());
        for (int streams : new int[] {-1, 4097}) {
            builder.maxStreams(streams);
            assertThrows(IllegalArgumentException.class, builder::build);
        }
    }

    private static OpenDhtConfig at(String proxy) {
        return OpenDhtConfig.builder(URI.create(proxy)).build();
    }
}
