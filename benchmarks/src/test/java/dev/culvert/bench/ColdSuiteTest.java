package dev.culvert.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.util.List;
import org.junit.jupiter.api.Test;

class ColdSuiteTest {
    @Test
    void shouldLeaveOutWhatOnlyPlainIce4jNeeds() {
        List<String> ours = List.of("/lib/a.jar", "/kotlin-reflect/b.jar", "/lib/kotlin-stdlib-1.9.10.jar");
        String all = String.join(File.pathSeparator, ours) + File.pathSeparator + "/lib/kotlin-reflect-1.9.10.jar";

        assertEquals(String.join(File.pathSeparator, ours), ColdSuite.culvertsOnly(all));
    }
}
