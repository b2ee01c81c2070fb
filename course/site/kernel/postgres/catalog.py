"""What a database holds, read from the server's catalogs: what pg_dump would write down.

Every query is asked with an empty `search_path`, so that names in definitions say their schema.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

Rows = list[list[str | None]]

OURS = """nspname !~ '^pg_' AND nspname <> 'information_schema'"""
NOT_OF_EXTENSION = """NOT EXISTS (
  SELECT FROM pg_depend e
  WHERE e.deptype = 'e' AND e.classid = 'pg_proc'::regclass AND e.objid = p.oid)"""


class Asks(Protocol):
    """Something that answers queries."""

    def rows(self, sql: str) -> Rows:
        """Give the rows of the last of some statements, each value as text."""


class Thing(NamedTuple):
    """An object: what pg_dump calls it, its name, and the SQL that makes it.

    `table` is the one that it belongs to, quoted; `parts` are what its text is made of.
    """

    kind: str
    oid: str
    schema: str
    name: str
    quoted: str
    comment: str | None
    parts: tuple[str | None, ...] = ()


SCHEMAS = f"""
SELECT 'SCHEMA', oid, nspname, nspname, quote_ident(nspname), obj_description(oid, 'pg_namespace')
FROM pg_namespace WHERE {OURS} ORDER BY nspname
"""

ENUMS = f"""
SELECT 'TYPE', t.oid, nspname, typname, format('%I.%I', nspname, typname),
  obj_description(t.oid, 'pg_type'),
  (SELECT string_agg('    ' || quote_literal(enumlabel), E',\\n' ORDER BY enumsortorder)
   FROM pg_enum WHERE enumtypid = t.oid)
FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
WHERE {OURS} AND typtype = 'e'
"""

DOMAINS = f"""
SELECT 'DOMAIN', t.oid, nspname, typname, format('%I.%I', nspname, typname),
  obj_description(t.oid, 'pg_type'), format_type(typbasetype, typtypmod),
  CASE WHEN typnotnull THEN ' NOT NULL' ELSE '' END,
  coalesce(' DEFAULT ' || typdefault, ''),
  (SELECT string_agg(format(E'\\n\\tCONSTRAINT %I %s', conname, pg_get_constraintdef(c.oid)), ''
                     ORDER BY conname)
   FROM pg_constraint c WHERE contypid = t.oid AND contype = 'c')
FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
WHERE {OURS} AND typtype = 'd'
"""

FUNCTIONS = f"""
SELECT CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid, nspname,
  format('%s(%s)', proname, array_to_string(ARRAY(
    SELECT format_type(one, NULL)
    FROM unnest(proargtypes::oid[]) WITH ORDINALITY given (one, number) ORDER BY number), ', ')),
  format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(p.oid)),
  obj_description(p.oid, 'pg_proc'),
  format('%I.%I(%s)', nspname, proname, pg_get_function_arguments(p.oid)),
  pg_get_function_result(p.oid), lanname, provolatile, proisstrict, prosecdef, proparallel,
  prosrc, prosqlbody IS NULL, proconfig IS NULL
FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace JOIN pg_language l ON l.oid = prolang
WHERE {OURS} AND prokind IN ('f', 'p') AND {NOT_OF_EXTENSION}
"""

RELATIONS = f"""
SELECT CASE relkind WHEN 'r' THEN 'TABLE' WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END,
  c.oid, nspname, relname, format('%I.%I', nspname, relname), obj_description(c.oid, 'pg_class'),
  CASE relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, array_to_string(reloptions, ', '),
  CASE WHEN relkind <> 'r' THEN pg_get_viewdef(c.oid) END
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE {OURS} AND relkind IN ('r', 'v', 'm')
"""

COLUMNS = f"""
SELECT attrelid, attname, quote_ident(attname), format_type(atttypid, atttypmod),
  CASE WHEN attcollation <> typcollation THEN
    (SELECT format(' COLLATE %I.%I', nspname, collname)
     FROM pg_collation l JOIN pg_namespace n ON n.oid = collnamespace WHERE l.oid = attcollation)
  END,
  pg_get_expr(adbin, adrelid), attgenerated, attidentity, attnotnull,
  CASE WHEN k.oid IS NULL THEN NULL
       WHEN NOT k.convalidated THEN '-'
       WHEN k.conname = format('%s_%s_not_null', relname, attname) THEN ''
       ELSE format('CONSTRAINT %I ', k.conname) END,
  coalesce(NULLIF(typbasetype, 0), atttypid)::regtype,
  EXISTS (SELECT FROM pg_depend d JOIN pg_depend o ON o.objid = d.refobjid
          WHERE d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
            AND d.refclassid = 'pg_class'::regclass AND o.classid = 'pg_class'::regclass
            AND o.deptype = 'a' AND o.refobjid = attrelid),
  col_description(attrelid, attnum)
FROM pg_attribute a
JOIN pg_class c ON c.oid = attrelid
JOIN pg_namespace s ON s.oid = relnamespace
JOIN pg_type t ON t.oid = atttypid
LEFT JOIN pg_attrdef f ON adrelid = attrelid AND adnum = attnum
LEFT JOIN pg_constraint k ON conrelid = attrelid AND contype = 'n' AND conkey = ARRAY[attnum]
WHERE {OURS} AND relkind IN ('r', 'v', 'm') AND attnum > 0 AND NOT attisdropped
ORDER BY attrelid, attnum
"""

SEQUENCES = f"""
SELECT 'SEQUENCE', c.oid, nspname, relname, format('%I.%I', nspname, relname),
  obj_description(c.oid, 'pg_class'),
  format_type(seqtypid, NULL), seqstart, seqincrement,
  NULLIF(seqmin, CASE WHEN seqincrement > 0 THEN 1 ELSE limits.low END),
  NULLIF(seqmax, CASE WHEN seqincrement > 0 THEN limits.high ELSE -1 END),
  seqcache, seqcycle, d.deptype, owner.quoted, owner.column, owner.identity
FROM pg_class c
JOIN pg_namespace n ON n.oid = relnamespace
JOIN pg_sequence q ON seqrelid = c.oid
JOIN (VALUES ('smallint', -32768, 32767), ('integer', -2147483648, 2147483647),
      ('bigint', -9223372036854775808, 9223372036854775807)) limits (name, low, high)
  ON limits.name = format_type(seqtypid, NULL)
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
  AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
LEFT JOIN LATERAL (
  SELECT format('%I.%I', nspname, relname) AS quoted, quote_ident(attname) AS column,
    attidentity AS identity
  FROM pg_class t JOIN pg_namespace m ON m.oid = t.relnamespace
  JOIN pg_attribute ON attrelid = t.oid AND attnum = d.refobjsubid
  WHERE t.oid = d.refobjid) owner ON true
WHERE {OURS}
"""

CONSTRAINTS = f"""
SELECT CASE contype WHEN 'f' THEN 'FK CONSTRAINT' WHEN 'c' THEN 'CHECK CONSTRAINT'
    ELSE 'CONSTRAINT' END,
  k.oid, nspname, conname, quote_ident(conname), obj_description(k.oid, 'pg_constraint'),
  conrelid, relname, format('%I.%I', nspname, relname), contype, convalidated,
  pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE {OURS} AND contype IN ('c', 'f', 'p', 'u', 'x', 'n') AND conislocal
  AND NOT (contype = 'n' AND convalidated)
"""

INDEXES = f"""
SELECT 'INDEX', c.oid, nspname, c.relname, format('%I.%I', nspname, c.relname),
  obj_description(c.oid, 'pg_class'), pg_get_indexdef(c.oid)
FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE {OURS} AND indisvalid AND NOT EXISTS (
  SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
"""

TRIGGERS = f"""
SELECT 'TRIGGER', t.oid, nspname, tgname, quote_ident(tgname), obj_description(t.oid, 'pg_trigger'),
  tgrelid, relname, format('%I.%I', nspname, relname), pg_get_triggerdef(t.oid)
FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE {OURS} AND NOT tgisinternal
"""

NEEDS = """
SELECT DISTINCT
  coalesce(r.ev_class, f.adrelid, NULLIF(k.conrelid, 0), NULLIF(k.contypid, 0), d.objid),
  coalesce(NULLIF(t.typrelid, 0), NULLIF(t.typelem, 0), d.refobjid)
FROM pg_depend d
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  AND k.contype IN ('c', 'n')
LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
  AND (t.typrelid <> 0 OR t.typcategory = 'A')
WHERE d.deptype IN ('n', 'a', 'i')
  AND d.classid::regclass::text IN ('pg_class', 'pg_type', 'pg_proc', 'pg_rewrite', 'pg_attrdef',
    'pg_constraint')
  AND d.refclassid::regclass::text IN ('pg_class', 'pg_type', 'pg_proc')
  AND d.objid >= 16384 AND d.refobjid >= 16384
  AND NOT (f.oid IS NOT NULL AND EXISTS (
    SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = d.refobjid
      AND o.deptype = 'a' AND o.refobjid = f.adrelid))
"""
"""Which object needs which other to be there first. A default that takes its number from a
sequence of the table's own comes later, as pg_dump has it.
"""

STRANGE = f"""
SELECT pg_describe_object('pg_class'::regclass, c.oid, 0)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE {OURS} AND (relkind IN ('p', 'f', 'c') OR relispartition OR relrowsecurity OR EXISTS (
    SELECT FROM pg_inherits WHERE inhrelid = c.oid))
UNION ALL
SELECT pg_describe_object('pg_proc'::regclass, p.oid, 0)
FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
WHERE {OURS} AND (prokind IN ('a', 'w') OR prosqlbody IS NOT NULL OR proconfig IS NOT NULL)
UNION ALL
SELECT pg_describe_object('pg_rewrite'::regclass, r.oid, 0)
FROM pg_rewrite r WHERE r.oid >= 16384 AND rulename <> '_RETURN'
UNION ALL
SELECT pg_describe_object('pg_type'::regclass, t.oid, 0)
FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
WHERE {OURS} AND typtype IN ('r', 'm', 'b') AND typelem = 0
UNION ALL
SELECT pg_describe_object('pg_extension'::regclass, e.oid, 0)
FROM pg_extension e WHERE extname <> 'plpgsql'
ORDER BY 1
"""
"""What is not written down here: no lesson makes it."""


def things(session: Asks, sql: str) -> list[Thing]:
    """Give the objects that a query finds."""
    return [_thing(row) for row in session.rows(sql)]


def _thing(row: list[str | None]) -> Thing:
    kind, oid, schema, name, quoted, comment, *parts = row
    assert None not in (kind, oid, schema, name, quoted)
    return Thing(
        kind or "", oid or "", schema or "", name or "", quoted or "", comment, tuple(parts)
    )


class Column(NamedTuple):
    """A column as the catalogs have it."""

    table: str
    name: str
    quoted: str
    type: str
    collation: str | None
    default: str | None
    generated: str
    identity: str
    is_not_null: str
    not_null: str | None
    base: str
    is_serial: str
    comment: str | None

    @property
    def line(self) -> str:
        """The column's line in CREATE TABLE."""
        parts = [f"    {self.quoted} {self.type}{self.collation or ''}"]
        if self.generated:
            stored = " STORED" if self.generated == "s" else ""
            parts.append(f"GENERATED ALWAYS AS ({self.default}){stored}")
        elif self.default is not None and self.is_serial == "f":
            parts.append(f"DEFAULT {self.default}")
        if self.is_not_null == "t" and self.not_null != "-":
            parts.append(f"{self.not_null or ''}NOT NULL")
        return " ".join(parts)


def columns(session: Asks) -> dict[str, list[Column]]:
    """Give the columns of each table and view, by its oid."""
    found: dict[str, list[Column]] = {}
    for row in session.rows(COLUMNS):
        column = Column(*row)  # type: ignore[arg-type]
        found.setdefault(column.table, []).append(column)
    return found


def needs(session: Asks) -> Iterator[tuple[str, str]]:
    """Give pairs of oids: the first needs the second."""
    for first, second in session.rows(NEEDS):
        assert first is not None and second is not None
        if first != second:
            yield first, second
