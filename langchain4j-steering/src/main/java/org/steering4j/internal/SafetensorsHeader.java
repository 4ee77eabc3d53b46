package org.steering4j.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steering4j.vector.InvalidFileException;

/**
 * The JSON header of a safetensors file, read strictly: texts under {@code __metadata__}, and for every tensor exactly {@code dtype},
 * {@code shape} and {@code data_offsets}, the last agreeing with the first two. It does not know how long the file is.
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, TensorInfo> tensors) {

    static final String METADATA = "__metadata__";

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** @param dataOffset byte of the file that the offsets in the header count from */
    static SafetensorsHeader parse(Path file, byte[] json, long dataOffset) {
        try (JsonParser parser = JSON.createParser(json)) {
            if (json.length == 0 || json[0] != '{') {
                throw new InvalidFileException(
                        file, "the header does not begin with '{': it is damaged or not a safetensors file");
            }
            return new Parser(file, parser, dataOffset).parse();
        } catch (IOException e) {
            throw new InvalidFileException(file, "the header is not valid JSON: " + e.getMessage(), e);
        }
    }

    private record Parser(Path file, JsonParser json, long dataOffset) {

        SafetensorsHeader parse() throws IOException {
            SafetensorsHeader header = new SafetensorsHeader(new LinkedHashMap<>(), new LinkedHashMap<>());
            expect(JsonToken.START_OBJECT, "the header");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (name.equals(METADATA)) {
                    readMetadata(header.metadata());
                } else {
                    header.tensors().put(name, readTensor("tensor \"" + name + "\""));
                }
            }
            if (json.nextToken() != null) {
                throw invalid("the header goes on after its end");
            }
            return header;
        }

        private void readMetadata(Map<String, String> metadata) throws IOException {
            expect(JsonToken.START_OBJECT, METADATA);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                expect(JsonToken.VALUE_STRING, "the value of " + key + " in " + METADATA);
                metadata.put(key, json.getText());
            }
        }

        private TensorInfo readTensor(String tensor) throws IOException {
            DataType type = null;
            List<Long> shape = null;
            List<Long> offsets = null;
            expect(JsonToken.START_OBJECT, tensor);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                switch (json.currentName()) {
                    case "dtype" -> type = readType(tensor);
                    case "shape" -> shape = readNumbers(tensor + ", shape");
                    case "data_offsets" -> offsets = readNumbers(tensor + ", data_offsets");
                    default -> throw invalid(tensor + " has an unknown field \"" + json.currentName() + "\"");
                }
            }
            if (type == null || shape == null || offsets == null || offsets.size() != 2) {
                throw invalid(tensor + " needs dtype, shape and two data_offsets");
            }
            long begin = offsets.get(0);
            long length = offsets.get(1) - begin;
            if (length != lengthBytes(tensor, type, shape)) {
                throw invalid(tensor + " of type " + type + " and shape " + shape + " takes "
                        + lengthBytes(tensor, type, shape) + " bytes, but its data_offsets " + offsets + " hold "
                        + length);
            }
            if (begin > Long.MAX_VALUE - dataOffset) {
                throw invalid(tensor + " begins at byte " + begin + " of the data, beyond any file");
            }
            return new TensorInfo(type, shape, dataOffset + begin, length);
        }

        private DataType readType(String tensor) throws IOException {
            expect(JsonToken.VALUE_STRING, tensor + ", dtype");
            try {
                return DataType.valueOf(json.getText());
            } catch (IllegalArgumentException e) {
                throw invalid(tensor + " has the unknown dtype \"" + json.getText() + "\", expected one of "
                        + List.of(DataType.values()));
            }
        }

        private List<Long> readNumbers(String what) throws IOException {
            List<Long> numbers = new ArrayList<>();
            expect(JsonToken.START_ARRAY, what);
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                        || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        || json.getLongValue() < 0) {
                    throw invalid(what + " holds " + json.getText() + ", expected whole numbers from 0 on");
                }
                numbers.add(json.getLongValue());
            }
            return numbers;
        }

        private long lengthBytes(String tensor, DataType type, List<Long> shape) {
            try {
                long length = type.bytes();
                for (long dimension : shape) {
                    length = Math.multiplyExact(length, dimension);
                }
                return length;
            } catch (ArithmeticException e) {
                throw invalid(tensor + " has the shape " + shape + ", more than any file can hold");
            }
        }

        private void expect(JsonToken token, String what) throws IOException {
            if (json.nextToken() != token) {
                throw invalid(what + ": expected " + token + ", found " + json.currentToken());
            }
        }

        private InvalidFileException invalid(String problem) {
            return new InvalidFileException(file, problem + ": the safetensors header is wrong");
        }
    }
}
