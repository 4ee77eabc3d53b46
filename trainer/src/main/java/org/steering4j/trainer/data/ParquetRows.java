package org.steering4j.trainer.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/** Parquet files, uncompressed or compressed with snappy, zstd or lz4. Rows are numbered from 1. */
final class ParquetRows {

    private static final Set<CompressionCodecName> CODECS = EnumSet.of(
            CompressionCodecName.UNCOMPRESSED,
            CompressionCodecName.SNAPPY,
            CompressionCodecName.ZSTD,
            CompressionCodecName.LZ4_RAW);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ParquetRows() {}

    static Rows read(Path file) {
        ParquetReadOptions options =
                ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            requireReadable(file, reader.getFooter());
            MessageType schema = reader.getFooter().getFileMetaData().getSchema();
            Set<String> columns = new LinkedHashSet<>();
            schema.getFields().forEach(column -> columns.add(column.getName()));
            List<Row> rows = new ArrayList<>();
            RowProblems problems = new RowProblems();
            readRows(reader, schema, rows, problems, new TooLargeData(file));
            return new Rows(file, "row", columns, rows, problems);
        } catch (PreferenceDataException refused) {
            throw refused;
        } catch (IOException | RuntimeException damaged) {
            // The library has no exception of its own for damaged files: it throws whatever it stumbles over.
            throw new PreferenceDataException(
                    file + " cannot be read as Parquet: " + damaged + ". It is damaged: fetch or write it again",
                    damaged);
        }
    }

    /** The library would look for classes of Hadoop's, and end with an error of linkage. */
    private static void requireReadable(Path file, ParquetMetadata footer) {
        footer.getBlocks().stream()
                .flatMap(block -> block.getColumns().stream())
                .map(ColumnChunkMetaData::getCodec)
                .filter(codec -> !CODECS.contains(codec))
                .findFirst()
                .ifPresent(codec -> {
                    throw new PreferenceDataException(file + " is compressed with " + codec + ", expected one of "
                            + CODECS + ": write it again with one of these");
                });
    }

    private static void readRows(
            ParquetFileReader reader, MessageType schema, List<Row> rows, RowProblems problems, TooLargeData size)
            throws IOException {
        int number = 0;
        for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
            RecordReader<Group> records =
                    new ColumnIOFactory().getColumnIO(schema).getRecordReader(pages, new GroupRecordConverter(schema));
            for (long i = 0; i < pages.getRowCount(); i++) {
                number++;
                Group record = records.read();
                try {
                    ObjectNode values = object(record);
                    size.add(bytes(values));
                    rows.add(new Row(number, values));
                } catch (CharacterCodingException e) {
                    problems.add(number, "a text is not UTF-8");
                }
            }
        }
    }

    private static long bytes(JsonNode value) {
        long bytes = TooLargeData.BYTES_A_VALUE + (long) value.asText().length() * Character.BYTES;
        for (JsonNode element : value) {
            bytes += bytes(element);
        }
        return bytes;
    }

    private static ObjectNode object(Group group) throws CharacterCodingException {
        ObjectNode object = NODES.objectNode();
        for (Type field : group.getType().getFields()) {
            object.set(field.getName(), field(group, field));
        }
        return object;
    }

    private static JsonNode field(Group group, Type field) throws CharacterCodingException {
        String name = field.getName();
        int count = group.getFieldRepetitionCount(name);
        if (field.isRepetition(Type.Repetition.REPEATED)) {
            ArrayNode list = NODES.arrayNode();
            for (int i = 0; i < count; i++) {
                list.add(value(group, field, i));
            }
            return list;
        }
        return count == 0 ? NODES.nullNode() : value(group, field, 0);
    }

    private static JsonNode value(Group group, Type field, int index) throws CharacterCodingException {
        if (field.isPrimitive()) {
            return primitive(group, field.asPrimitiveType(), index);
        }
        Group value = group.getGroup(field.getName(), index);
        boolean isList = field.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation;
        return isList ? list(value) : object(value);
    }

    /** A list is a group around one repeated field, which is most often another group around the element (format-spec, "Lists"). */
    private static JsonNode list(Group list) throws CharacterCodingException {
        Type repeated = list.getType().getType(0);
        JsonNode elements = field(list, repeated);
        if (repeated.isPrimitive() || isElement(repeated.asGroupType(), list.getType())) {
            return elements;
        }
        ArrayNode unwrapped = NODES.arrayNode();
        elements.forEach(wrapper -> unwrapped.add(wrapper.iterator().next()));
        return unwrapped;
    }

    /** As old writers have it: the repeated group is the element itself. */
    private static boolean isElement(GroupType repeated, GroupType list) {
        return repeated.getFieldCount() != 1
                || repeated.getName().equals("array")
                || repeated.getName().equals(list.getName() + "_tuple");
    }

    private static JsonNode primitive(Group group, PrimitiveType type, int index) throws CharacterCodingException {
        String name = type.getName();
        return switch (type.getPrimitiveTypeName()) {
            case BOOLEAN -> NODES.booleanNode(group.getBoolean(name, index));
            case INT32 -> NODES.numberNode(group.getInteger(name, index));
            case INT64 -> NODES.numberNode(group.getLong(name, index));
            case FLOAT -> NODES.numberNode(group.getFloat(name, index));
            case DOUBLE -> NODES.numberNode(group.getDouble(name, index));
            case BINARY ->
                type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
                        ? NODES.textNode(StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(group.getBinary(name, index).toByteBuffer())
                                .toString())
                        : NODES.binaryNode(group.getBinary(name, index).getBytes());
            case FIXED_LEN_BYTE_ARRAY ->
                NODES.binaryNode(group.getBinary(name, index).getBytes());
            case INT96 -> NODES.binaryNode(group.getInt96(name, index).getBytes());
        };
    }
}
