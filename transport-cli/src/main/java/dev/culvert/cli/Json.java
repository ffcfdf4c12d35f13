package dev.culvert.cli;

import com.google.gson.JsonObject;

/** Builds the one-line JSON objects that the demonstration's processes exchange. */
final class Json {
    private final JsonObject object = new JsonObject();

    private Json(String type) {
        object.addProperty("type", type);
    }

    static Json of(String type) {
        return new Json(type);
    }

    Json with(String name, String value) {
        object.addProperty(name, value);
        return this;
    }

    Json with(String name, Number value) {
        object.addProperty(name, value);
        return this;
    }

    Json with(String name, boolean value) {
        object.addProperty(name, value);
        return this;
    }

    JsonObject object() {
        return object;
    }

    static String type(JsonObject object) {
        return object.get("type").getAsString();
    }
}
