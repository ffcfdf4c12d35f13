package dev.culvert.peer;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.util.List;
import java.util.regex.Pattern;

/** Which module may know which, and what no module may do. Every rule must have something to look at. */
@AnalyzeClasses(
        packages = {"dev.culvert", "org.ice4j.stack", "org.ice4j.ice"},
        importOptions = {ImportOption.DoNotIncludeTests.class, ModuleRulesTest.OursOnly.class})
class ModuleRulesTest {
    /** Leaves out ice4j's own classes, which share a package with a few of ours, and other modules' test jars. */
    static final class OursOnly implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.matches(Pattern.compile(".*/ice4j-[^/]*\\.jar.*|.*-tests\\.jar.*"));
        }
    }

    private static final String API = "dev.culvert.transport..";
    private static final String IDENTITY = "dev.culvert.identity..";
    private static final String NATIVE = "dev.culvert.udp..";
    private static final String DHT = "dev.culvert.dht..";
    private static final String ICE = "dev.culvert.ice..";

    /** Our classes in ice4j's packages. */
    private static final String[] BRIDGE = {"org.ice4j.stack", "org.ice4j.ice"};

    private static final String PEER = "dev.culvert.peer..";

    private static ArchRule knowsOnly(String[] module, String... below) {
        DescribedPredicate<JavaClass> ofOurs = resideInAPackage("dev.culvert..");
        String[] allowed = new String[module.length + below.length];
        System.arraycopy(module, 0, allowed, 0, module.length);
        System.arraycopy(below, 0, allowed, module.length, below.length);
        return noClasses()
                .that()
                .resideInAnyPackage(module)
                .should()
                .dependOnClassesThat(ofOurs.and(not(resideInAnyPackage(allowed))));
    }

    private static ArchRule knowsOnly(String module, String... below) {
        return knowsOnly(new String[] {module}, below);
    }

    @ArchTest
    static final ArchRule apiKnowsNobody = knowsOnly(API);

    @ArchTest
    static final ArchRule identityKnowsTheApi = knowsOnly(IDENTITY, API);

    @ArchTest
    static final ArchRule nativeKnowsWhatIsBelow = knowsOnly(NATIVE, API, IDENTITY);

    @ArchTest
    static final ArchRule dhtKnowsWhatIsBelowAndNotIce = knowsOnly(DHT, API, IDENTITY, NATIVE);

    @ArchTest
    static final ArchRule iceKnowsWhatIsBelowAndNotTheDht =
            knowsOnly(new String[] {ICE, BRIDGE[0], BRIDGE[1]}, API, IDENTITY, NATIVE);

    @ArchTest
    static final ArchRule peerKnowsWhatIsBelow = knowsOnly(PEER, API, IDENTITY, NATIVE, DHT, ICE);

    @ArchTest
    static final ArchRule onlyTheBridgeKnowsIce4j = noClasses()
            .that()
            .resideOutsideOfPackages("dev.culvert.ice.internal.ice4j", BRIDGE[0], BRIDGE[1])
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.ice4j..");

    @ArchTest
    static final ArchRule onlyRouterPortsKnowWeupnp = noClasses()
            .that()
            .resideOutsideOfPackage("dev.culvert.ice.internal.ports")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bitlet..");

    @ArchTest
    static final ArchRule onlyIdentityKnowsBouncyCastle = noClasses()
            .that()
            .resideOutsideOfPackage("dev.culvert.identity")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bouncycastle..");

    @ArchTest
    static final ArchRule onlyNetlinkGoesThroughJna = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.culvert.udp.NetlinkLibrary")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule iceInsideStaysInside = noClasses()
            .that()
            .resideOutsideOfPackages(ICE, BRIDGE[0], BRIDGE[1])
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.culvert.ice.internal..");

    private static ArchRule insideStaysInside(String module) {
        return noClasses()
                .that()
                .resideOutsideOfPackage("dev.culvert." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.culvert." + module + "..internal..");
    }

    @ArchTest
    static final ArchRule dhtInsideStaysInside = insideStaysInside("dht");

    @ArchTest
    static final ArchRule nativeInsideStaysInside = insideStaysInside("udp");

    @ArchTest
    static final ArchRule identityInsideStaysInside = insideStaysInside("identity");

    @ArchTest
    static final ArchRule apiInsideStaysInside = insideStaysInside("transport");

    @ArchTest
    static final ArchRule peerInsideStaysInside = insideStaysInside("peer");

    @ArchTest
    static final ArchRule noJavaDeserialisation = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ObjectInputStream.class)
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.ObjectInput");

    @ArchTest
    static final ArchRule noReadObject = noMethods().should().haveName("readObject");

    @ArchTest
    static final ArchRule noSleeping = noClasses().should().callMethodWhere(new DescribedPredicate<>("Thread.sleep") {
        @Override
        public boolean test(JavaMethodCall call) {
            return call.getTarget().getName().equals("sleep")
                    && call.getTargetOwner().isEquivalentTo(Thread.class);
        }
    });

    @ArchTest
    static final ArchRule noPrinting =
            noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err");

    /** A rule over classes that are not there would hold for ever. */
    @ArchTest
    static void shouldSeeEveryModule(JavaClasses classes) {
        for (String module : List.of(API, IDENTITY, NATIVE, DHT, ICE, BRIDGE[0], BRIDGE[1], PEER)) {
            assertTrue(classes.stream().filter(resideInAPackage(module)).count() >= 2, "no classes of " + module);
        }
        assertTrue(classes.stream().noneMatch(type -> type.getFullName().equals("org.ice4j.stack.StunStack")));
        assertTrue(classes.stream().noneMatch(type -> type.isEquivalentTo(ModuleRulesTest.class)));
    }

    /** Rules of the same making that do not hold are found out. */
    @ArchTest
    static void shouldNoticeWhatIsBroken(JavaClasses classes) {
        for (ArchRule broken : List.of(
                knowsOnly(PEER, API, IDENTITY, NATIVE, DHT),
                knowsOnly(new String[] {ICE, BRIDGE[0]}, API, IDENTITY),
                noClasses().should().dependOnClassesThat().resideInAPackage("org.ice4j.ice.."),
                noClasses().should().dependOnClassesThat().resideInAPackage("org.bouncycastle.."),
                noClasses()
                        .that()
                        .resideOutsideOfPackage("dev.culvert.ice.internal..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.culvert.ice.internal.."))) {
            assertThrows(AssertionError.class, () -> broken.check(classes));
        }
    }
}
