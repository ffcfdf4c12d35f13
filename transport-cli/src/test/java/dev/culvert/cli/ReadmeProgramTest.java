package dev.culvert.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in the README are what users try first: they must compile against what is there. */
class ReadmeProgramTest {
    @TempDir
    Path classes;

    @Test
    void shouldCompile() throws Exception {
        String readme = Files.readString(Path.of("..", "README.md"));
        Matcher program = Pattern.compile("```java\n(.*?public class (\\w+).*?)```", Pattern.DOTALL)
                .matcher(readme);
        List<JavaFileObject> sources = new ArrayList<>();
        while (program.find()) {
            sources.add(source(program.group(2), program.group(1)));
        }
        assertEquals(readme.split("```java\n", -1).length - 1, sources.size(), "each block is a program");
        assertTrue(sources.size() >= 2, "README.md has its programs");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of("-d", classes.toString(), "-classpath", System.getProperty("java.class.path"), "-proc:none");

        boolean compiled =
                compiler.getTask(messages, null, null, options, null, sources).call();

        assertEquals("", messages.toString());
        assertTrue(compiled);
    }

    private static JavaFileObject source(String name, String text) {
        return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }
}
