// Adds the bucket (bucket.ts) to the queries of all databases where PostgreSQL has it: to rows that are inserted, and wherever a query
// names a session by its id, without which no index would lead to it.
import {
  AliasNode,
  ColumnNode,
  DeleteQueryNode,
  InsertQueryNode,
  OperationNodeTransformer,
  OperatorNode,
  PrimitiveValueListNode,
  RawNode,
  ReferenceNode,
  SelectionNode,
  SelectQueryNode,
  TableNode,
  TupleNode,
  UpdateQueryNode,
  ValueListNode,
  ValueNode,
  ValuesNode,
  type BinaryOperationNode,
  type KyselyPlugin,
  type OnConflictNode,
  type OperationNode,
  type QueryId,
} from 'kysely';
import { bucketOf } from '../bucket.ts';
import { SESSION_COLUMNS } from './session-columns.ts';

export const bucketPlugin: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => new BucketTransformer().transformNode(node, queryId),
  transformResult: async ({ result }) => result,
};

/** Knows tables by their names, not by aliases. Throws at a query that it can't give a bucket. */
class BucketTransformer extends OperationNodeTransformer {
  /** `id = x` becomes `(bucket, id) = (y, x)`, which the database takes for two conditions. */
  protected override transformBinaryOperation(node: BinaryOperationNode, queryId?: QueryId): BinaryOperationNode {
    const same = super.transformBinaryOperation(node, queryId);
    const { leftOperand: left, rightOperand: right, operator } = node;
    const isEquality = OperatorNode.is(operator) && (operator.operator === '=' || operator.operator === 'in');
    const table = isEquality ? this.#tableOf(left) : undefined;
    if (table === undefined) return same;
    const leftOperand = withBucket(table, left);
    const ids = idsOf(right);
    const [id] = ids ?? [];
    // An equality lets the database read an index in its order.
    if (ids && id !== undefined && ids.length === 1)
      return {
        ...same,
        leftOperand,
        operator: OperatorNode.create('='),
        rightOperand: TupleNode.create([ValueNode.create(bucketOf(id)), ValueNode.create(id)]),
      };
    if (ids) return { ...same, leftOperand, rightOperand: listOf(ids) };
    const other = this.#tableOf(right);
    if (other === undefined) throw new Error(`What a session of ${table} is compared with has no bucket`);
    return { ...same, leftOperand, rightOperand: withBucket(other, right) };
  }

  protected override transformInsertQuery(node: InsertQueryNode, queryId?: QueryId): InsertQueryNode {
    const column = node.into && SESSION_COLUMNS.get(nameOf(node.into));
    const { columns, values } = node;
    if (column === undefined || !columns || !values) return super.transformInsertQuery(node, queryId);
    const place = columns.findIndex((one) => one.column.name === column);
    const inserted = {
      ...node,
      columns: [...columns, ColumnNode.create('bucket')],
      values: SelectQueryNode.is(values) ? selectWithBucket(values, place) : valuesWithBuckets(values, place),
    };
    return super.transformInsertQuery(inserted, queryId);
  }

  protected override transformOnConflict(node: OnConflictNode, queryId?: QueryId): OnConflictNode {
    const same = super.transformOnConflict(node, queryId);
    const isOfSession = same.columns?.some((column) => this.#tableOf(ReferenceNode.create(column)) !== undefined);
    return isOfSession ? { ...same, columns: [ColumnNode.create('bucket'), ...(same.columns ?? [])] } : same;
  }

  /** The table whose sessions the column names. */
  #tableOf(column: OperationNode): string | undefined {
    const query = this.nodeStack.findLast(
      (one) => SelectQueryNode.is(one) || InsertQueryNode.is(one) || UpdateQueryNode.is(one) || DeleteQueryNode.is(one),
    );
    return tableOf(column, query);
  }
}

function tableOf(column: OperationNode, query: OperationNode | undefined): string | undefined {
  if (!ReferenceNode.is(column) || !ColumnNode.is(column.column)) return undefined;
  const { name } = column.column.column;
  const tables = column.table ? [nameOf(column.table)] : tablesIn(query);
  return tables.find((table) => SESSION_COLUMNS.get(table) === name);
}

function tablesIn(query: OperationNode | undefined): readonly string[] {
  if (!query) return [];
  const nodes: (OperationNode | undefined)[] = [];
  if (InsertQueryNode.is(query)) nodes.push(query.into);
  else if (UpdateQueryNode.is(query)) nodes.push(query.table);
  else if (SelectQueryNode.is(query) || DeleteQueryNode.is(query)) {
    nodes.push(...(query.from?.froms ?? []), ...(query.joins ?? []).map(({ table }) => table));
  }
  return nodes.flatMap((node) => (node && TableNode.is(node) ? nameOf(node) : []));
}

function nameOf({ table }: TableNode): string {
  return table.identifier.name;
}

/** The ids that a column is compared with; undefined: they aren't in the query. */
function idsOf(node: OperationNode): readonly string[] | undefined {
  let values: readonly unknown[] = [];
  if (ValueNode.is(node)) values = [node.value];
  else if (PrimitiveValueListNode.is(node)) ({ values } = node);
  else if (ValueListNode.is(node)) values = node.values.map((one) => (ValueNode.is(one) ? one.value : undefined));
  else return undefined;
  return values.every((value) => typeof value === 'string') ? values : undefined;
}

function bucketIn(table: string): ReferenceNode {
  return ReferenceNode.create(ColumnNode.create('bucket'), TableNode.create(table));
}

function withBucket(table: string, column: OperationNode): TupleNode {
  return TupleNode.create([bucketIn(table), column]);
}

/** A list of pairs would be looked for one by one, after it was read for long. */
function listOf(ids: readonly string[]): OperationNode {
  const lists = [ids.map(bucketOf), ids].map((list) => ValueNode.create(list));
  return RawNode.create(['(SELECT * FROM unnest(', '::smallint[], ', '::text[]))'], lists);
}

function valuesWithBuckets(values: OperationNode, place: number): OperationNode {
  if (!ValuesNode.is(values)) throw new Error('What is inserted of a session has no bucket');
  return ValuesNode.create(
    values.values.map((row) => {
      const nodes = PrimitiveValueListNode.is(row) ? row.values.map((value) => ValueNode.create(value)) : row.values;
      const [id] = nodes[place] ? (idsOf(nodes[place]) ?? []) : [];
      if (id === undefined) throw new Error('What is inserted has no session');
      return ValueListNode.create([...nodes, ValueNode.create(bucketOf(id))]);
    }),
  );
}

function selectWithBucket(query: SelectQueryNode, place: number): SelectQueryNode {
  const selected = query.selections?.[place]?.selection;
  const column = selected && AliasNode.is(selected) ? selected.node : selected;
  const table = column && tableOf(column, query);
  if (table === undefined) throw new Error('What is inserted of a session has no bucket');
  return SelectQueryNode.cloneWithSelections(query, [SelectionNode.create(bucketIn(table))]);
}
