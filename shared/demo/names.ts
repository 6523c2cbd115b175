import type { SeededRandom } from '../base/random.ts';

/** Given names and family names that go together. In `familyFirst` languages the family name is written first. */
interface Names {
  given: readonly string[];
  family: readonly string[];
  familyFirst?: boolean;
  /** How often it is drawn, against the others. */
  weight: number;
}

const list = (words: string): readonly string[] => words.split(' ');

const NAMES: readonly Names[] = [
  {
    given: list('Anna Lukas Jana Felix Katharina Jonas Miriam Sebastian Jürgen Sabine Björn Käthe Moritz Frieda'),
    family: list('Müller Schröder Weiß Hoffmann Krüger Lehmann Jäger Brandt Voß Seidel Königsmann Böhm'),
    weight: 5,
  },
  {
    given: list('Olivia James Amelia George Hannah Thomas Priya Daniel Grace Samuel Eleanor Marcus Ruth Aaron'),
    family: list('Thompson Clarke Bennett Okafor Hughes Sullivan Fraser Whitfield Marsh Donnelly Reeves Ashworth'),
    weight: 5,
  },
  {
    given: list('Camille Étienne Chloé Mathieu Agnès Rémi Hélène Julien Zoé François Inès Benoît'),
    family: list('Lefèvre Moreau Garnier Dubois Beauchêne Chevalier Rousseau Béranger Fournier Lacroix'),
    weight: 3,
  },
  {
    given: list('Lucía Javier Begoña Andrés Inés Martín Nuria Álvaro Sofía Íñigo Carmen Joaquín'),
    family: list('García Muñoz Ibáñez Peña Vázquez Ortiz Núñez Castaño Ríos Etxeberria Gutiérrez'),
    weight: 3,
  },
  {
    given: list('João Beatriz Tiago Inês Rafael Conceição Luís Mariana Gonçalo Letícia'),
    family: list('Gonçalves Araújo Magalhães Simões Ribeiro Assunção Nogueira Falcão Sampaio'),
    weight: 2,
  },
  {
    given: list('Astrid Søren Åsa Mikkel Sigrún Jørgen Linnéa Bjarne Þóra Henrik Maja Øyvind'),
    family: list('Lindström Ødegård Sørensen Håkansson Thorlacius Nygaard Åkesson Kjær Ekström Briem'),
    weight: 2,
  },
  {
    given: list('Agnieszka Łukasz Małgorzata Tomasz Bożena Wojciech Paweł Zuzanna'),
    family: list('Wójcik Nowak Kowalczyk Szymczak Krawczyk Mazur Gołąb Zając'),
    weight: 2,
  },
  {
    given: list('Zsófia István Réka Bálint Ágnes László'),
    family: list('Szabó Horváth Kovács Tóth Nagy Bíró'),
    weight: 1,
  },
  {
    given: list('Andrei Ștefania Mihai Ioana Cătălin Ruxandra'),
    family: list('Ionescu Țăranu Popescu Dumitru Stănescu Văduva'),
    weight: 1,
  },
  {
    given: list('Elif Mehmet Zeynep Emre Ayşe Barış Gülşen Ömer Şeyma Çağlar'),
    family: list('Yılmaz Öztürk Şahin Güneş Çelik Kılıç Aydın Doğan'),
    weight: 2,
  },
  {
    given: list('Ananya Rohan Kavya Arjun Meera Vikram Lakshmi Sanjay Divya Harish'),
    family: list('Iyer Deshpande Chatterjee Nair Raghavan Mehta Bhattacharya Kulkarni Menon'),
    weight: 3,
  },
  {
    given: list('Chiamaka Kwame Amina Tendai Ngozi Sipho Wanjiru Abebe Fatou Thandiwe'),
    family: list('Adeyemi Mensah Ndlovu Kamau Diallo Tesfaye Nkosi Owusu Mwangi'),
    weight: 2,
  },
  { given: list('ليلى يوسف مريم خالد سلمى طارق'), family: list('حداد منصور الخطيب نجار عبدالله'), weight: 1 },
  { given: list('נועה איתן תמר יונתן'), family: list('לוי פרידמן מזרחי'), weight: 1 },
  { given: list('美咲 健太 陽子 大輔 さくら'), family: list('佐藤 高橋 山本 渡辺'), familyFirst: true, weight: 1 },
  { given: list('晓明 丽华 伟 静怡'), family: list('王 李 陈 欧阳'), familyFirst: true, weight: 1 },
  { given: list('Ольга Дмитро Наталія Андрій'), family: list('Шевченко Коваленко Бондаренко Мельник'), weight: 1 },
  { given: list('Ελένη Νίκος Κατερίνα'), family: list('Αναγνώστου Γεωργίου Οικονόμου'), weight: 1 },
];

const INITIALS = list('A. B. C. E. H. J. K. L. M. R. S. T.');

export interface PersonName {
  name: string;
  first_name: string;
  last_name: string;
}

/** So many different names of people from many countries. */
export function drawNames(random: SeededRandom, count: number): PersonName[] {
  const urn = NAMES.flatMap((names) => Array.from({ length: names.weight }, () => names));
  const drawn = new Map<string, PersonName>();
  while (drawn.size < count) {
    const { given, family, familyFirst = false } = random.pick(urn);
    const [first_name, last_name] = [random.pick(given), random.pick(family)];
    // An initial tells namesakes apart where the lists are short; only Latin script has the habit.
    const hasInitial = /^[A-Za-zÀ-ž]/.test(first_name) && random.happens(0.15);
    const initial = hasInitial ? ` ${random.pick(INITIALS)}` : '';
    const name = familyFirst ? `${last_name}${first_name}` : `${first_name}${initial} ${last_name}`;
    if (!drawn.has(name)) drawn.set(name, { name, first_name, last_name });
  }
  return [...drawn.values()];
}
