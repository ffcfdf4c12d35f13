package dev.culvert.ice.internal.ice4j;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import kotlin.jvm.JvmClassMappingKt;
import kotlin.jvm.functions.Function1;
import kotlin.reflect.KClass;
import kotlin.reflect.KType;
import kotlin.reflect.KTypeProjection;
import org.jitsi.config.JitsiConfig;
import org.jitsi.metaconfig.ConfigException.UnableToRetrieve;
import org.jitsi.metaconfig.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads ice4j's settings from where ice4j reads them: system properties, the app's configuration file, ice4j's
 * defaults. ice4j's own reader asks Kotlin's reflection library for each one, and loading that library takes longer than
 * all the rest of a first connection. Immutable and thread-safe.
 */
final class Ice4jConfig implements ConfigSource {
    private final Config config;

    private Ice4jConfig(Config config) {
        this.config = config;
    }

    /** What is configured now, these system properties among it. */
    static Ice4jConfig load(Set<String> properties) {
        ClassLoader loader = Ice4jConfig.class.getClassLoader();
        Config now = ConfigFactory.load(loader);
        if (!properties.stream().allMatch(name -> isSeen(now, name))) {
            // Read by somebody else before the properties were set.
            ConfigFactory.invalidateCaches();
            return new Ice4jConfig(ConfigFactory.load(loader));
        }
        return new Ice4jConfig(now);
    }

    private static boolean isSeen(Config config, String property) {
        return config.hasPath(property) && config.getString(property).equals(System.getProperty(property));
    }

    @Override
    public String getName() {
        return "Culvert's view of the configuration";
    }

    @Override
    public String getDescription() {
        return config.origin().description();
    }

    @Override
    public Function1<String, Object> getterFor(KType type) {
        BiFunction<Config, String, Object> getter = getter(classOf(type), elementOf(type));
        if (getter == null) {
            // None of ice4j's settings, but an app may have some of its own there.
            return JitsiConfig.Companion.getTypesafeConfig().getterFor(type);
        }
        return key -> read(getter, key);
    }

    private static @Nullable BiFunction<Config, String, Object> getter(Class<?> type, @Nullable Class<?> element) {
        if (type == Boolean.class) {
            return Config::getBoolean;
        } else if (type == Integer.class) {
            return Config::getInt;
        } else if (type == Long.class) {
            return Config::getLong;
        } else if (type == Double.class) {
            return Config::getDouble;
        } else if (type == String.class) {
            return Config::getString;
        } else if (type == Duration.class) {
            return Config::getDuration;
        } else if (type == List.class && element == String.class) {
            return Config::getStringList;
        } else if (type == List.class && element == Config.class) {
            return Config::getConfigList;
        }
        return null;
    }

    private Object read(BiFunction<Config, String, Object> getter, String key) {
        try {
            return getter.apply(config, key);
        } catch (ConfigException.Missing e) {
            throw unchecked(new UnableToRetrieve.NotFound("Not set: " + key));
        } catch (ConfigException e) {
            throw unchecked(new UnableToRetrieve.WrongType(key + ": " + e.getMessage()));
        }
    }

    private static Class<?> classOf(KType type) {
        return type.getClassifier() instanceof KClass<?> kotlin
                ? JvmClassMappingKt.getJavaObjectType(kotlin)
                : Object.class;
    }

    private static @Nullable Class<?> elementOf(KType type) {
        List<KTypeProjection> arguments = type.getArguments();
        KType element = arguments.size() == 1 ? arguments.get(0).getType() : null;
        return element == null ? null : classOf(element);
    }

    /** Kotlin knows no checked exceptions, and ice4j's configuration expects these ones from here. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException unchecked(Throwable exception) throws E {
        throw (E) exception;
    }
}
