/**
 * Culvert's one class inside ice4j's own package: what it calls is protected there. ADR 0001 says why, and what must be
 * looked at when ice4j's version changes.
 */
package org.ice4j.ice;
