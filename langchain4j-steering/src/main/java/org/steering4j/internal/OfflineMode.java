package org.steering4j.internal;

/**
 * Keeps DJL off the network: everything native comes from artifacts on the class path, and nothing is to be downloaded at run time.
 * DJL looks at this setting when it loads a library, so whoever uses a part of DJL calls {@link #enter} before that part is touched.
 */
public final class OfflineMode {

    private static final String PROPERTY = "ai.djl.offline";

    private OfflineMode() {}

    /** Turns DJL's offline mode on, unless the user has decided otherwise with {@code -Dai.djl.offline=false}. */
    public static void enter() {
        if (System.getProperty(PROPERTY) == null) {
            System.setProperty(PROPERTY, "true");
        }
    }
}
