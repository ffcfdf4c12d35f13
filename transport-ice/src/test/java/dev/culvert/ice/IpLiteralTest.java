package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as text: the standard's forms and no others, and never a look-up. */
class IpLiteralTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "::, ::",
        "::1, ::1",
        "2001:db8::, 2001:db8::",
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8:0:1:0:0:0:1, 2001:db8:0:1::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:0:2:3:0:0:4, 1::2:3:0:0:4",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "1:2:3:4:5:6:192.0.2.1, 1:2:3:4:5:6:c000:201",
    })
    void shouldReadAnAddressAndWriteItsCanonicalForm(String text, String canonical) {
        InetAddress address = IpLiteral.parse(text);

        assertNotNull(address);
        assertEquals(canonical, IpLiteral.format(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                ":",
                ":::",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.",
                "256.1.1.1",
                "01.2.3.4",
                "1.2.3.0004",
                "-1.2.3.4",
                "+1.2.3.4",
                "0x1.2.3.4",
                "1.2.3.4 ",
                "\u0661.2.3.4",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1::2",
                "1:::2",
                ":1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:",
                "12345::",
                "g::",
                "::\uff11",
                "fe80::1%eth0",
                "fe80::1%1",
                "[::1]",
                "1.2.3.4::",
                "::1.2.3.4:1",
                "::ffff:192.0.2.1",
                "::ffff:c000:201",
                "1:2:3:4:5:6:7:1.2.3.4",
                "localhost",
                "example.org"
            })
    void shouldRefuseWhatIsNone(String text) {
        assertNull(IpLiteral.parse(text));
    }

    @Property(tries = 500)
    void shouldReadEveryIpv6AddressItWrites(@ForAll @Size(16) byte[] bytes, @ForAll boolean[] zeros)
            throws UnknownHostException {
        for (int i = 0; i < 8 && i < zeros.length; i++) {
            if (zeros[i]) {
                bytes[2 * i] = 0;
                bytes[2 * i + 1] = 0;
            }
        }
        InetAddress address = InetAddress.getByAddress(bytes);
        if (address.getAddress().length == 16) {
            assertEquals(address, IpLiteral.parse(IpLiteral.format(address)));
        }
    }

    @Property(tries = 2_000)
    void shouldAgreeWithTheJdkOnWhatLooksLikeAnAddress(@ForAll @StringLength(max = 20) String noise)
            throws UnknownHostException {
        String alphabet = "0123456789abcdef::::..";
        StringBuilder text = new StringBuilder();
        noise.chars().forEach(c -> text.append(alphabet.charAt(c % alphabet.length())));
        InetAddress address = IpLiteral.parse(text.toString());
        if (address != null) {
            assertEquals(InetAddress.getByName(text.toString()), address);
        }
    }

    @org.junit.jupiter.api.Test
    void shouldTellNamesFromBrokenAddresses() {
        assertTrue(IpLiteral.isMeant("1.2.3"));
        assertTrue(IpLiteral.isMeant("abc:1"));
        assertFalse(IpLiteral.isMeant("a.local"));
        assertFalse(IpLiteral.isMeant("1.2.3.4.example.org"));
    }

    @org.junit.jupiter.api.Test
    void shouldLeaveTheScopeOut() throws UnknownHostException {
        byte[] bytes = InetAddress.getByName("fe80::1").getAddress();

        assertEquals("fe80::1", IpLiteral.format(java.net.Inet6Address.getByAddress(null, bytes, 3)));
    }
}
