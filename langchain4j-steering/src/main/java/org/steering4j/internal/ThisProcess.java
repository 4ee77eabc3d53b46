package org.steering4j.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/** Which process this is, as far as others can tell who see its files. */
final class ThisProcess {

    static final long ID = ProcessHandle.current().pid();

    /** Of letters, digits, dots and hyphens; containers have names of their own. */
    static final String HOST = host();

    private ThisProcess() {}

    private static String host() {
        return Stream.of(kernelName(), System.getenv("HOSTNAME"), System.getenv("COMPUTERNAME"))
                .filter(Objects::nonNull)
                .map(name -> name.replaceAll("[^A-Za-z0-9.-]+", ""))
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElseGet(ThisProcess::networkName);
    }

    /** Null where there is none, as on other systems than Linux. */
    private static String kernelName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return null;
        }
    }

    /** Last of all, for it may ask the network. */
    private static String networkName() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9.-]+", "");
        } catch (UnknownHostException e) {
            return "unknown-host";
        }
    }
}
