package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nobody outside this module needs Bouncy Castle to compile: none of its types is visible. */
class PublicSignaturesTest {
    private static List<Class<?>> publicClasses() throws IOException, URISyntaxException, ClassNotFoundException {
        Path root =
                Path.of(Identity.class.getResource("Identity.class").toURI()).getParent();
        List<Class<?>> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                Class<?> type = Class.forName("dev.culvert.identity." + name);
                if (Modifier.isPublic(type.getModifiers())) {
                    found.add(type);
                }
            }
        }
        return found;
    }

    private static Stream<String> visible(Class<?> type) {
        Stream<Executable> calls =
                Stream.concat(Stream.of(type.getDeclaredMethods()), Stream.of(type.getDeclaredConstructors()));
        Stream<String> called =
                calls.filter(call -> isVisible(call.getModifiers())).map(Executable::toGenericString);
        Stream<String> fields = Stream.of(type.getDeclaredFields())
                .filter(field -> isVisible(field.getModifiers()))
                .map(Field::toGenericString);
        return Stream.concat(Stream.concat(called, fields), Stream.of(String.valueOf(type.getGenericSuperclass())));
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    @Test
    void shouldNameNoTypeOfBouncyCastle() throws IOException, URISyntaxException, ClassNotFoundException {
        List<Class<?>> classes = publicClasses();

        assertTrue(classes.contains(Hpke.class) && classes.contains(HpkeSuite.class), classes.toString());
        for (Class<?> type : classes) {
            visible(type).forEach(signature -> assertFalse(signature.contains("bouncycastle"), signature));
        }
    }
}
