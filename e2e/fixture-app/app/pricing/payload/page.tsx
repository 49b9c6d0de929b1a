import { PayloadText } from '../../payload-text';

export default function PayloadPage() {
  return <PayloadText />;
}
