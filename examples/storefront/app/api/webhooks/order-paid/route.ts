import { carriedVisitorId, shopifyWebhook, verifyWebhook } from '@convert-fullstack/next';
import { convert } from '@/convert';

/** The part of an order event that is read here. */
interface PaidOrder {
  readonly id: number | string;
  readonly total_price: string;
  /** The cart's attributes, `cv_vid` among them. */
  readonly note_attributes?: readonly { readonly name: string; readonly value: string }[];
}

/**
 * An order that was paid, as Shopify would report it. The shop's own checkout counts its orders, too: with the order's
 * number as transaction, each counts once.
 */
export async function POST(request: Request) {
  const body = await verifyWebhook(request, shopifyWebhook(process.env.ORDER_WEBHOOK_SECRET));
  if (body === null) return new Response(null, { status: 401 });

  const order = readOrder(body);
  // Senders repeat what is not answered with success: an event that says nothing will not say more next time.
  if (order === null) return new Response(null, { status: 204 });
  await convert.trackConversion('purchase', {
    visitorId: carriedVisitorId(order.note_attributes),
    revenue: Number(order.total_price),
    conversionData: { transactionId: String(order.id) },
    forceMultiple: true,
  });
  return new Response(null, { status: 204 });
}

/** `null`: no order, or one without a price. */
function readOrder(body: string): PaidOrder | null {
  try {
    const order: Partial<PaidOrder> = Object(JSON.parse(body));
    const isPaid = order.id !== undefined && Number.isFinite(Number(order.total_price ?? Number.NaN));
    return isPaid ? (order as PaidOrder) : null;
  } catch {
    return null;
  }
}
